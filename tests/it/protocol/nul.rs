//! A NUL in a name that a stranger sends. It stands in no `client_id` (RFC 6749 Appendix A.1: VSCHAR) and in no URI, and
//! PostgreSQL takes none in a text: nobody is meant, and nothing has failed.

use crate::db::on_each_database;
use crate::house::House;
use reqwest::Method;
use serde_json::json;

const NUL: &str = "a\0b";

on_each_database! {
    async fn a_nul_in_a_client_id_is_nobodys(db) {
        let house = House::over(db).await;
        let mut website = house.website("nul.example").await;
        let page = house.browser().get("/authorize?client_id=a%00b&redirect_uri=https://nul.example/cb").await;
        assert!(page.status == 400 && page.body.contains("client_id.unknown"), "{} {}", page.status, page.body);
        assert_eq!(house.browser().get("/client/a%00b/logo").await.status, 404);
        let read = house.registrar().send(Method::GET, "/register/a%00b", Some("token"), None).await;
        assert_eq!((read.status, &*read.error()), (401, "invalid_token"));

        let by_form = website.post("/token", &[("client_id", NUL)]).await;
        assert_eq!((by_form.status, &*by_form.error()), (401, "invalid_client"), "not the one of the header");
        website.client.client_id = hufu::spec::ClientId::new(NUL.to_owned());
        for secret in [Some("secret".to_owned()), None] {
            website.secret = secret;
            for path in ["/token", "/par", "/revoke", "/introspect"] {
                let answer = website.post(path, &[]).await;
                assert_eq!((answer.status, &*answer.error()), (401, "invalid_client"), "{path}: {}", answer.body);
            }
        }
    }

    /// RFC 8707 §2: "an absolute URI".
    async fn a_nul_in_a_resource_is_nobodys(db) {
        let house = House::over(db).await;
        let website = house.website("nul.example").await;
        let answer = house.browser().authorize(&website, &[("resource", NUL)]).await;
        assert_eq!(answer.param("error").as_deref(), Some("invalid_target"));
        assert_eq!(website.push(&[("resource", NUL)]).await.error(), "invalid_target");
        let wish = json!({
            "redirect_uris": ["https://nul.example/cb"],
            "resources": ["https://nul.example/\0"],
        });
        let refused = house.registrar().register(&wish).await;
        assert_eq!((refused.status, &*refused.error()), (400, "invalid_client_metadata"), "{}", refused.body);
    }
}
