//! What the machine must have beyond Rust and a C compiler; installs by apt what is missing and nothing else.

use std::path::Path;
use std::process::Command;

use crate::report::Passed;
use crate::shell;

/// Something that must be there, the Debian packages that bring it, and how to see that it is.
pub struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

const LIBPQ: Need = Need {
    what: "libpq's headers",
    packages: &["libpq-dev"],
    is_there: || Path::new("/usr/include/postgresql/libpq-fe.h").exists() || shell::which("pg_config").is_some(),
};
const POSTGRESQL: Need = Need {
    what: "a PostgreSQL server",
    packages: &["postgresql"],
    is_there: || crate::postgres::program("initdb").is_ok(),
};
pub const FOR_BUILDING: &[Need] = &[LIBPQ];
pub const FOR_BENCH: &[Need] = &[LIBPQ, POSTGRESQL];
pub const FOR_TESTS: &[Need] = &[
    LIBPQ,
    POSTGRESQL,
    Need {
        what: "Chromium and its driver",
        packages: &["chromium", "chromium-driver"],
        is_there: || shell::which("chromium").is_some() && shell::which("chromedriver").is_some(),
    },
    Need {
        what: "SoftHSM, an HSM in software",
        packages: &["softhsm2"],
        is_there: || shell::which("softhsm2-util").is_some() && Path::new("/usr/lib/softhsm/libsofthsm2.so").exists(),
    },
    Need {
        what: "a Chinese font",
        packages: &["fonts-noto-cjk"],
        is_there: || Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists(),
    },
    Need {
        what: "curl, for the examples of the documents",
        packages: &["curl"],
        is_there: || shell::which("curl").is_some(),
    },
    Need {
        what: "Node 18 or later with npm",
        packages: &["nodejs", "npm"],
        is_there: || at_least("node", 18) && shell::which("npm").is_some(),
    },
    Need {
        what: "Python 3 with venv",
        packages: &["python3", "python3-venv"],
        is_there: || shell::read(&mut shell::command("python3", &["-c", "import venv, ensurepip"])).is_ok(),
    },
];

/// Installs what is missing; does nothing, at once, where nothing is.
pub fn prepare(needs: &'static [Need]) -> Result<Passed, String> {
    for component in ["clippy-driver", "rustfmt", "rustdoc"] {
        shell::read(&mut shell::command(component, &["--version"]))
            .map_err(|_| format!("{component} is missing: `rustup component add clippy rustfmt`"))?;
    }
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        println!("Nothing is missing.");
        return Ok(Passed::Wholly);
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    install(&packages).map_err(|reason| {
        let wanted: Vec<&str> = missing.iter().map(|need| need.what).collect();
        format!("this machine lacks {}: {reason}", wanted.join(", "))
    })?;
    match missing.iter().find(|need| !(need.is_there)()) {
        Some(need) => Err(format!("{} was installed and is still not found: {}", need.packages.join(" "), need.what)),
        None => Ok(Passed::With(format!("installed {}", packages.join(" ")))),
    }
}

fn install(packages: &[&str]) -> Result<(), String> {
    if shell::which("apt-get").is_none() {
        return Err(format!(
            "without apt-get it cannot be installed from here. Please install: {}",
            packages.join(" ")
        ));
    }
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    // The lists may be new enough, and fetching them takes longer than the packages.
    if shell::run(&mut apt_get(&install)?).is_ok() {
        return Ok(());
    }
    shell::run(&mut apt_get(&["update"])?)?;
    shell::run(&mut apt_get(&install)?)
}

fn apt_get(words: &[&str]) -> Result<Command, String> {
    let quietly = [&["DEBIAN_FRONTEND=noninteractive", "apt-get"], words].concat();
    if is_root()? {
        Ok(shell::command("env", &quietly))
    } else if shell::which("sudo").is_some() {
        Ok(shell::command("sudo", &[&["--", "env"], quietly.as_slice()].concat()))
    } else {
        Err(format!("it takes root and there is no sudo. Please run as root: apt-get {}", words.join(" ")))
    }
}

pub fn is_root() -> Result<bool, String> {
    Ok(shell::read(&mut shell::command("id", &["--user"]))?.trim() == "0")
}

/// Whether the program's version, `v20.1.0` or `20.1.0`, begins with this number or a later one.
pub fn at_least(program: &str, major: u32) -> bool {
    let Ok(said) = shell::read(&mut shell::command(program, &["--version"])) else { return false };
    let number: String = said.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    number.parse::<u32>().is_ok_and(|found| found >= major)
}
