//! Examines presigned links: fetched without keys, and by the page of another site.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::diagnosis::{Step, Verdict};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ObjectAddress;
use crate::domain::presign::{LinkMethod, LinkSpec};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::doctor::report::Report;
use crate::s3::ops::without_keys::WithoutKeys;

/// Nobody else ever sees the link.
const HOLDS: Duration = Duration::from_mins(1);

/// A site that no rule names on purpose.
const ORIGIN: &str = "https://windlass.invalid";

/// Signs a link to an object that can be read, and uses it.
pub async fn share(client: &Client, object: &ObjectAddress, empty: bool, report: &mut Report<'_>) {
    let spec = LinkSpec::new(object.clone(), LinkMethod::Get, HOLDS);
    let url = match client.presign(&spec, Timestamp::now()).await {
        Ok(link) => link.url,
        Err(error) if error.is(&ErrorKind::NoCredentials) => {
            return report.skip(Step::Presign..=Step::Cors, "there are no keys to sign with");
        }
        Err(error) => {
            report.fails(Step::Presign, error);
            return report.skip(Step::Cors..=Step::Cors, "there is no link");
        }
    };
    let first_byte = if empty { Vec::new() } else { vec![("range", "bytes=0-0")] };
    let fetched = fetch(client, object, "GET", &url, first_byte).await;
    if report.outcome(Step::Presign, fetched).is_none() {
        return report.skip(Step::Cors..=Step::Cors, "the link does not work");
    }
    let asked = vec![("origin", ORIGIN), ("access-control-request-method", "GET")];
    let verdict = cors(fetch(client, object, "OPTIONS", &url, asked).await);
    report.end(Step::Cors, verdict);
}

/// The origin that the answer allows.
async fn fetch(
    client: &Client,
    object: &ObjectAddress,
    method: &'static str,
    url: &str,
    headers: Vec<(&'static str, &'static str)>,
) -> Result<Option<String>, Error> {
    let operation = if method == "GET" { "fetch a presigned link" } else { "ask for CORS" };
    let mut headers: Vec<(&'static str, String)> =
        headers.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    if method == "GET" {
        headers.extend(client.access(&object.bucket).headers(LinkMethod::Get, None));
    }
    let without_keys = WithoutKeys::new(method, url, headers);
    client.send_without_keys(&Call::on_object(operation, object), object, &without_keys).await?;
    Ok(without_keys.allowed_origin())
}

fn cors(answer: Result<Option<String>, Error>) -> Verdict {
    let closed = "no rule lets pages of other sites fetch links; programs still can";
    match answer {
        Ok(Some(allowed)) if allowed == "*" || allowed == ORIGIN => {
            Verdict::Works("pages of every site may fetch links".to_owned())
        }
        Ok(_) => Verdict::Beware(closed.to_owned()),
        Err(error) if error.status.is_some() => Verdict::Beware(closed.to_owned()),
        Err(error) => Verdict::Fails(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_fetch_a_link_where_the_answer_names_its_origin() {
        let allowed = |origin: &str| cors(Ok(Some(origin.to_owned())));
        assert!(matches!(allowed("*"), Verdict::Works(_)));
        assert!(matches!(allowed(ORIGIN), Verdict::Works(_)));
        assert!(matches!(allowed("https://other.test"), Verdict::Beware(_)));
        assert!(matches!(cors(Ok(None)), Verdict::Beware(_)));
        let mut refused = Error::new(ErrorKind::AccessDenied, "ask for CORS", "");
        assert!(matches!(cors(Err(refused.clone())), Verdict::Fails(_)));
        refused.status = Some(403);
        assert!(matches!(cors(Err(refused)), Verdict::Beware(_)));
    }
}
