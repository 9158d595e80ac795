//! Somebody who applies, form by form, as the pages would post them.

use super::services::{Citizen, Services};
use crate::house::{House, Node, Plan};
use hufu::authn::BrowserSecret;
use hufu::document::DocumentKind;
use hufu::flow::apply::{self, Finished, Here, Refused, View, Where};
use hufu::flow::{Provider, interaction};
use hufu::spec::{DynamicCode, Pin};
use rand::SeedableRng;
use rand::rngs::StdRng;
use url::Url;

pub const PIN: &str = "48213957";

/// A house whose services these are.
pub async fn house(db: crate::db::TestDb, services: &Services) -> House {
    House::built(db, Plan { ports: Some(services.ports()), ..Plan::default() }).await
}

/// One browser with one application.
pub struct Applicant<'a> {
    pub provider: &'a Provider,
    pub services: Services,
    pub browser: BrowserSecret,
    pub cookie: String,
}

impl<'a> Applicant<'a> {
    pub async fn begins(house: &'a Node, services: &Services) -> Self {
        Self::begins_at(&house.provider, services).await
    }

    pub async fn begins_at(provider: &'a Provider, services: &Services) -> Self {
        let browser = BrowserSecret::random(&mut *provider.rng());
        let cookie = apply::begin(provider, &browser).await.expect("begun");
        Self { provider, services: services.clone(), browser, cookie }
    }

    fn cookie(&self) -> Option<&str> {
        Some(&self.cookie)
    }

    pub async fn view(&self) -> Result<View, Refused> {
        apply::stands(self.provider, self.cookie()).await
    }

    pub async fn at(&self) -> Where {
        self.view().await.expect("a view").at
    }

    /// Begins to read a resident card.
    pub async fn shows_kind(&self, kind: DocumentKind) -> Result<(), Refused> {
        let back = Url::parse("https://id.example.org/apply").expect("a URL");
        apply::read(self.provider, self.cookie(), kind, &back).await
    }

    /// Holds a resident card to the gateway's reader.
    pub async fn card(&self, citizen: &Citizen) -> Result<bool, Refused> {
        self.shows_kind(DocumentKind::ResidentIdentityCard).await?;
        self.services.holds_card(citizen);
        self.collects().await
    }

    pub async fn collects(&self) -> Result<bool, Refused> {
        apply::collect(self.provider, self.cookie()).await
    }

    pub async fn asks_again(&self) -> Result<(), Refused> {
        apply::ask_again(self.provider, self.cookie()).await
    }

    /// Shows the face, for the nonce of the page.
    pub async fn face(&self) -> Result<(), Refused> {
        match self.at().await {
            Where::Face { nonce, .. } => self.face_for(&nonce.to_text()).await,
            _ => self.face_for("").await,
        }
    }

    pub async fn face_for(&self, nonce: &str) -> Result<(), Refused> {
        apply::compare(self.provider, self.cookie(), nonce, vec![1; 100]).await
    }

    pub async fn sample(&self, sample: Vec<u8>) -> Result<(), Refused> {
        apply::compare(self.provider, self.cookie(), "", sample).await
    }

    pub async fn phone(&self, number: &str) -> Result<(), Refused> {
        apply::send(self.provider, self.cookie(), number, |code| format!("Hufu: {code}")).await
    }

    /// Types back what came.
    pub async fn message(&self) -> Result<(), Refused> {
        self.types(&self.services.code()).await
    }

    pub async fn types(&self, code: &str) -> Result<(), Refused> {
        apply::hear(self.provider, self.cookie(), code).await
    }

    pub async fn another_number(&self) -> Result<(), Refused> {
        apply::another_number(self.provider, self.cookie()).await
    }

    pub async fn pin(&self, pin: &str) -> Result<(), Refused> {
        apply::choose(self.provider, self.cookie(), &Pin::new(pin), &Pin::new(pin)).await
    }

    /// The code that the authenticator app shows, after it has scanned.
    pub async fn app(&self) -> String {
        let Where::Code { otpauth, .. } = self.at().await else { return "00000000".to_owned() };
        let app = totp_rs::Totp::from_url_unchecked(&otpauth).expect("an otpauth URL");
        app.generate(self.provider.now().unix().unsigned_abs()).to_string()
    }

    pub async fn code(&self) -> Result<Finished, Refused> {
        self.types_code(&self.app().await).await
    }

    pub async fn types_code(&self, code: &str) -> Result<Finished, Refused> {
        let interaction = interaction::own(self.provider, &self.browser);
        let here = Here { interaction: &interaction, session: None, device: None, agent: "Firefox" };
        apply::confirm(self.provider, self.cookie(), &DynamicCode::new(code), here).await
    }

    /// Types the first code until it is decided: whoever was overtaken, or met a database that was too busy to say, asks again.
    pub async fn insists(&self) {
        for _ in 0..50 {
            if !matches!(self.at().await, Where::Code { .. }) {
                return;
            }
            let _said = self.code().await;
        }
        panic!("undecided after fifty tries");
    }

    /// Chooses new ways in, as who is known; tells what the new app's secret is.
    pub async fn renews(&self, pin: &str) -> totp_rs::Totp {
        apply::renew(self.provider, self.cookie()).await.expect("known");
        assert!(matches!(self.at().await, Where::RenewPin));
        self.pin(pin).await.expect("a PIN");
        let Where::RenewCode { otpauth, .. } = self.at().await else { panic!("no code step") };
        totp_rs::Totp::from_url_unchecked(&otpauth).expect("an otpauth URL")
    }

    pub async fn confirms(&self, app: &totp_rs::Totp, session: Option<&str>) -> Result<(), Refused> {
        let code = app.generate(self.provider.now().unix().unsigned_abs()).to_string();
        apply::confirm_renewal(self.provider, self.cookie(), &DynamicCode::new(code.as_str()), session).await
    }

    pub async fn voucher(&self, code: &str) -> Result<(), Refused> {
        apply::redeem(self.provider, self.cookie(), code).await
    }

    /// Document and face.
    pub async fn proves(&self, citizen: &Citizen) {
        assert!(self.card(citizen).await.expect("the card is read"));
        self.face().await.expect("the face fits");
    }

    /// The telephone and the PIN; the dynamic code is next.
    pub async fn prepares(&self, phone: &str) {
        self.phone(phone).await.expect("sent");
        self.message().await.expect("the code fits");
        self.pin(PIN).await.expect("a PIN");
    }

    /// All of it; tells the number.
    pub async fn applies(&self, citizen: &Citizen, phone: &str) -> String {
        self.proves(citizen).await;
        self.prepares(phone).await;
        self.code().await.expect("a person");
        self.number().await
    }

    /// The number that the page shows.
    pub async fn number(&self) -> String {
        match self.at().await {
            Where::Done { number } | Where::Known { number, .. } => number.grouped(),
            other => panic!("no number: {other:?}"),
        }
    }
}

/// A browser that nobody knows.
pub fn stranger() -> BrowserSecret {
    BrowserSecret::random(&mut StdRng::seed_from_u64(99))
}
