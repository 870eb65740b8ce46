//! Writes links in the form they are needed in: a list, Markdown, HTML, CSV, commands.

use crate::domain::curl::{fetch_with, file_name};
use crate::domain::presign::{KEY_VARIABLE, LinkMethod, LinkSpec, PresignedLink};
use crate::domain::shell::quoted;

/// What a set of links is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LinkForm {
    /// The URL, one a line.
    #[default]
    Url,
    Markdown,
    Html,
    /// With a header line.
    Csv,
    /// A `curl` command, one a line.
    Curl,
    /// A `wget` command, one a line; for anything but a download a `curl` command.
    Wget,
}

/// A link with what it was signed for.
pub type SignedLink<'a> = (&'a LinkSpec, &'a PresignedLink);

impl LinkForm {
    /// Whether it can say what has to be sent with a link: a `curl` command, which stands for the
    /// URL alone where that is of no use.
    pub fn has_headers(self) -> bool {
        matches!(self, LinkForm::Url | LinkForm::Curl | LinkForm::Wget)
    }

    /// Ends without a line break.
    pub fn write(self, links: &[SignedLink<'_>]) -> String {
        let lines: Vec<String> = links.iter().map(|link| self.line(*link)).collect();
        let body = lines.join("\n");
        match self {
            LinkForm::Csv => format!("{CSV_HEADER}\n{body}"),
            _ => body,
        }
    }

    fn line(self, (spec, link): SignedLink<'_>) -> String {
        let name = spec.object.key.name();
        match self {
            _ if !link.headers.is_empty() => curl(spec, link),
            LinkForm::Url => link.url.clone(),
            LinkForm::Markdown => format!("[{}]({})", escaped_markdown(name), link.url),
            LinkForm::Html => {
                format!("<a href=\"{}\">{}</a>", escaped_html(&link.url), escaped_html(name))
            }
            LinkForm::Csv => csv_line(spec, link),
            LinkForm::Wget if spec.method == LinkMethod::Get => {
                fetch_with("wget -O", &file_name(&spec.object.key), &link.url)
            }
            LinkForm::Curl | LinkForm::Wget => curl(spec, link),
        }
    }
}

const CSV_HEADER: &str = "bucket,key,version,method,url,expires_at";

fn csv_line(spec: &LinkSpec, link: &PresignedLink) -> String {
    let object = &spec.object;
    let fields = [
        object.bucket.as_str(),
        object.key.as_str(),
        object.version.as_ref().map_or("", |version| version.as_str()),
        spec.method.as_str(),
        &link.url,
        &link.expires_at.to_string(),
    ];
    fields.map(csv_field).join(",")
}

/// A field of CSV (RFC 4180).
fn csv_field(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// [`KEY_VARIABLE`] in a command, which is not run without it.
const GUARDED_KEY: &str = "${SSE_C_KEY:?has to be the key in base64}";

/// The command that uses the link, quoted for a POSIX shell.
fn curl(spec: &LinkSpec, link: &PresignedLink) -> String {
    let url = &link.url;
    // The shell puts the key in, or says that it lacks it: nothing else means anything to it.
    let header = |(name, value): &(String, String)| {
        let value = if value == KEY_VARIABLE { GUARDED_KEY } else { value };
        format!(" -H \"{name}: {value}\"")
    };
    let sent: String = link.headers.iter().map(header).collect();
    let name = file_name(&spec.object.key);
    match spec.method {
        LinkMethod::Get => fetch_with(&format!("curl -fL{sent} -o"), &name, url),
        LinkMethod::Head => format!("curl -fI{sent} {}", quoted(url)),
        LinkMethod::Put => {
            let typed = spec.content_type.as_ref().map_or_else(String::new, |kind| {
                format!(" -H {}", quoted(&format!("Content-Type: {kind}")))
            });
            format!("curl -f -T {}{typed}{sent} {}", quoted(&name), quoted(url))
        }
        LinkMethod::Delete => format!("curl -f -X DELETE{sent} {}", quoted(url)),
    }
}

/// What would be read as a mark is not, and a name stays on one line.
fn escaped_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '[' | ']' | '*' | '_' | '`' | '<' | '>' | '&' | '!' | '#') {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}

fn escaped_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::address::{Bucket, Key};
    use crate::domain::object::ObjectAddress;

    fn written(form: LinkForm, key: &str, method: LinkMethod) -> String {
        let object = ObjectAddress::new(Bucket::new("b"), Key::new(key));
        let spec = LinkSpec {
            content_type: Some("text/plain".to_owned()),
            ..LinkSpec::new(object, method, Duration::from_secs(60))
        };
        let link = PresignedLink {
            url: "https://h/k?a=1&b=2".to_owned(),
            expires_at: Timestamp::UNIX_EPOCH,
            shortened: None,
            access_key_id: "AKIA".to_owned(),
            headers: Vec::new(),
        };
        form.write(&[(&spec, &link)])
    }

    #[test]
    fn a_hostile_name_stays_a_name_in_every_form() {
        let get = LinkMethod::Get;
        let html = written(LinkForm::Html, "p/<b>\"&\n", get);
        assert_eq!(html, "<a href=\"https://h/k?a=1&amp;b=2\">&lt;b&gt;&quot;&amp; </a>");
        let markdown = written(LinkForm::Markdown, "p/a](x) [b", get);
        assert_eq!(markdown, "[a\\](x) \\[b](https://h/k?a=1&b=2)");
        let csv = written(LinkForm::Csv, "p/a,\"b\"", get);
        assert_eq!(
            csv,
            "bucket,key,version,method,url,expires_at\n\
             b,\"p/a,\"\"b\"\"\",,GET,https://h/k?a=1&b=2,1970-01-01T00:00:00Z"
        );
        assert!(written(LinkForm::Wget, "-x", get).starts_with("wget -O './-x' "));
    }

    #[test]
    fn a_command_does_what_the_link_is_for() {
        let of = |method| written(LinkForm::Curl, "a.txt", method);
        assert_eq!(of(LinkMethod::Get), "curl -fL -o 'a.txt' 'https://h/k?a=1&b=2'");
        assert_eq!(of(LinkMethod::Head), "curl -fI 'https://h/k?a=1&b=2'");
        assert_eq!(of(LinkMethod::Delete), "curl -f -X DELETE 'https://h/k?a=1&b=2'");
        assert_eq!(
            of(LinkMethod::Put),
            "curl -f -T 'a.txt' -H 'Content-Type: text/plain' 'https://h/k?a=1&b=2'"
        );
    }

    #[test]
    fn what_has_to_be_sent_with_a_link_is_in_a_command() {
        let object = ObjectAddress::new(Bucket::new("b"), Key::new("k"));
        let spec = LinkSpec::new(object, LinkMethod::Get, Duration::from_secs(60));
        let link = PresignedLink {
            url: "https://h/k?a".to_owned(),
            expires_at: Timestamp::UNIX_EPOCH,
            shortened: None,
            access_key_id: String::new(),
            headers: vec![("x-key".to_owned(), KEY_VARIABLE.to_owned())],
        };
        let written = LinkForm::Url.write(&[(&spec, &link)]);
        let key = "${SSE_C_KEY:?has to be the key in base64}";
        assert_eq!(written, format!("curl -fL -H \"x-key: {key}\" -o 'k' 'https://h/k?a'"));
        assert!(!LinkForm::Html.has_headers());
    }
}
