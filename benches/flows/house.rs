//! A running product with everybody signed in.

use std::path::Path;

use crate::Outcome;
use crate::browser::Browser;
use crate::options::Options;
use crate::process::Server;
use crate::product::Product;
use crate::site::{Alg, Site};

pub struct House {
    pub product: Product,
    pub server: Server,
    sites: Vec<Site>,
    browsers: Vec<Browser>,
}

impl House {
    /// New data, two websites, and as many browsers as will be needed, signed in and agreed at both.
    pub async fn furnish(dir: &Path, postgres: Option<&str>, options: &Options) -> Outcome<House> {
        eprintln!("… {}: making the data, signing people in", dir.display());
        let product = Product::make(dir, postgres)?;
        let sites = Alg::ALL.into_iter().map(|alg| product.add_site(alg)).collect::<Outcome<Vec<_>>>()?;
        let (server, _) = product.serve()?;
        let most = options.browsers.iter().copied().max().unwrap_or(1);
        let mut browsers = Vec::with_capacity(most);
        for _ in 0..most {
            let mut browser = Browser::open(server.address, &sites[0]).await?;
            for site in &sites {
                browser.visit(site, &product.persona).await?;
            }
            browsers.push(browser);
        }
        Ok(House { product, server, sites, browsers })
    }

    pub fn site(&self, alg: Alg) -> Outcome<&Site> {
        self.sites.iter().find(|site| site.alg == alg).ok_or_else(|| "no such website".to_owned())
    }

    /// Another process on the same data. `between` runs while nobody is at home.
    pub fn restart(&mut self, between: impl FnOnce(&Product) -> Outcome<()>) -> Outcome<()> {
        self.server.end();
        between(&self.product)?;
        self.server = self.product.serve()?.0;
        Ok(())
    }

    /// The first so many browsers, on fresh connections, about to log in to the website of this algorithm.
    pub async fn lend(&mut self, many: usize, alg: Alg) -> Outcome<Vec<Browser>> {
        let site = self.site(alg)?.clone();
        let mut lent: Vec<Browser> = self.browsers.drain(..many.min(self.browsers.len())).collect();
        for browser in &mut lent {
            browser.reopen(self.server.address, &site).await?;
        }
        Ok(lent)
    }

    pub fn take_back(&mut self, mut lent: Vec<Browser>) {
        self.browsers.append(&mut lent);
    }
}
