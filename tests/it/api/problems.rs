//! What a problem's `type` leads to.

use reqwest::Method;

use crate::support::app::problem;
use crate::support::run_test;

#[tokio::test(flavor = "multi_thread")]
async fn a_problems_type_leads_to_a_page_that_explains_it() {
    run_test(async |app| {
        let refused = app.request(Method::GET, "/api/v1/queue?order=x").send().await.unwrap();
        let (_, said) = problem(refused).await;
        let address = said["type"].as_str().unwrap();
        let page = app.client.get(app.url(address)).send().await.unwrap();
        assert_eq!(
            (page.status().as_u16(), &page.headers()["content-type"]),
            (200, &"text/html; charset=utf-8".parse().unwrap())
        );
        let text = page.text().await.unwrap();
        for word in [said["title"].as_str().unwrap(), address, "400 Bad Request", "<code>allowed</code>"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        for unknown in ["/problems/none", "/problems/Bad-Parameter", "/problems/%00"] {
            let (status, _) = problem(app.client.get(app.url(unknown)).send().await.unwrap()).await;
            assert_eq!(status, 404, "{unknown}");
        }
        // Every kind has its page, and no `type` is written anywhere else.
        let description: serde_json::Value = serde_json::from_str(&bugscrub::http::openapi()).unwrap();
        let kinds =
            description["paths"]["/problems/{kind}"]["get"]["parameters"][0]["schema"]["enum"].as_array().unwrap();
        assert!(kinds.len() > 15, "{kinds:?}");
        for kind in kinds {
            let page = app.client.get(app.url(&format!("/problems/{}", kind.as_str().unwrap()))).send().await.unwrap();
            assert_eq!(page.status(), 200, "{kind}");
        }
        app
    })
    .await;
}
