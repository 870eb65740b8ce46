//! A profile whose role asks for a code, against an STS of this process.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use portable_pty::CommandBuilder;

use crate::cli::shop::{bare, ran};
use crate::terminal::demo::{Well, windlass};
use crate::terminal::session::Session;

const CODE: &str = "123456";

/// An STS that gives the keys of the embedded server to whoever knows the code, and what it was
/// asked.
struct Sts {
    endpoint: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Sts {
    fn open(well: &Well) -> Sts {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (told, id) = (Arc::clone(&asked), well.server.access_key_id().to_owned());
        let secret = well.server.secret_access_key().to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &told, &id, &secret);
            }
        });
        Sts { endpoint, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, told: &Mutex<Vec<String>>, id: &str, secret: &str) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    let body = loop {
        let read = stream.read(&mut piece).unwrap_or(0);
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if read == 0 {
                return;
            }
            continue;
        };
        let length = head.to_ascii_lowercase();
        let length = length.lines().find_map(|line| line.strip_prefix("content-length: "));
        if read == 0 || body.len() >= length.map_or(0, |length| length.trim().parse().unwrap()) {
            break body.to_owned();
        }
    };
    told.lock().unwrap().push(body.clone());
    let (status, xml) = if body.contains(&format!("TokenCode={CODE}")) {
        let keys = format!(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <AssumeRoleResult><Credentials>\
             <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
             <SessionToken>t</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>\
             </AssumeRoleResponse>"
        );
        ("200 OK", keys)
    } else {
        let refusal = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
                       <Type>Sender</Type>\
                       <Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with \
                       invalid MFA one time \
                       pass code.</Message></Error><RequestId>r</RequestId></ErrorResponse>";
        ("403 Forbidden", refusal.to_owned())
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: \
         close\r\n\r\n{xml}",
        xml.len()
    );
}

fn write_profile(home: &Path, well: &Well) {
    let folder = home.join(".aws");
    fs::create_dir_all(&folder).unwrap();
    let config = format!(
        "[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/admin\nsource_profile = base\n\
         mfa_serial = arn:aws:iam::123456789012:mfa/me\nregion = {}\n",
        well.server.region()
    );
    fs::write(folder.join("config"), config).unwrap();
    let keys = "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = hush\n";
    fs::write(folder.join("credentials"), keys).unwrap();
}

fn program(well: &Well, sts: &Sts, arguments: &[&str]) -> CommandBuilder {
    let home = well.home.path();
    write_profile(home, well);
    let mut command = windlass(home, arguments);
    command.env("AWS_PROFILE", "admin");
    command.env("AWS_ENDPOINT_URL_S3", well.server.endpoint());
    command.env("AWS_ENDPOINT_URL_STS", &sts.endpoint);
    command
}

#[test]
fn the_screen_asks_for_the_code_and_goes_on_with_it() {
    let well = Well::dig();
    let sts = Sts::open(&well);
    let mut session = Session::start(program(&well, &sts, &[]), 100, 30);
    session.see("requires a code from").see("arn:aws:iam::123456789012:mfa/me");
    assert_eq!(sts.asked(), [] as [String; 0], "nothing is asked for without a code");
    session.press("000000\r").see("the role was refused").press(&format!("{CODE}\r"));
    session.miss("requires a code from").see("samples");
    let asked = sts.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].contains("RoleSessionName=windlass"), "{asked:?}");
    assert!(asked[1].contains("SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme"));
    session.press("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn who_goes_on_without_the_code_is_told_the_key_that_asks_again() {
    let well = Well::dig();
    let sts = Sts::open(&well);
    let mut session = Session::start(program(&well, &sts, &["s3://samples/"]), 100, 30);
    session.see("requires a code from").press("\u{1b}").miss("asks for a code of");
    session.see("the role requires a code").see("g s");
    session.press("gs").see("requires a code from").press(&format!("{CODE}\r"));
    session.miss("requires a code from").see("welcome.md");
    session.press("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn a_verb_asks_on_its_terminal_and_says_so_where_it_has_none() {
    let well = Well::dig();
    let sts = Sts::open(&well);
    let mut session = Session::start(program(&well, &sts, &["ls"]), 100, 30);
    session.see("code of arn:aws:iam::123456789012:mfa/me:").press(&format!("{CODE}\r"));
    assert_eq!(session.ended(), 0);
    assert!(session.contents().contains("samples"), "{}", session.contents());
    let mut piped = bare(well.home.path(), &["ls"]);
    piped
        .env("AWS_PROFILE", "admin")
        .env("AWS_ENDPOINT_URL_S3", well.server.endpoint())
        .env("AWS_ENDPOINT_URL_STS", &sts.endpoint)
        .stdin(Stdio::null());
    let refused = ran(piped, b"").ended(1);
    assert!(refused.err.contains("the role requires a code"), "{}", refused.err);
    assert!(refused.err.contains("terminal"), "{}", refused.err);
    assert_eq!(sts.asked().len(), 1);
}
