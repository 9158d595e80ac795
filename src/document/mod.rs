//! Empty until the person's application is built.
