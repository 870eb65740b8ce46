//! Flags, `config.toml` and the environment of the AWS CLI, as the compiled program takes them.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::cli::shop::{Shop, bare, ran};

#[test]
fn a_connection_of_the_file_needs_no_environment() {
    let shop = Shop::open();
    shop.store().put("media", "k", "");
    let server = shop.server();
    let text = format!(
        "default = \"mine\"\n[connections.mine]\nendpoint = \"{}\"\nregion = \"{}\"\naccess_key_id \
         = \"{}\"\nsecret_access_key = \"{}\"\n\
         [connections.looking]\nendpoint = \"{}\"\nregion = \"us-east-1\"\naccess_key_id_env = \
         \"ID\"\nsecret_access_key_env = \"SECRET\"\nread_only = true\n",
        server.endpoint(),
        server.region(),
        server.access_key_id(),
        server.secret_access_key(),
        server.endpoint(),
    );
    shop.write("config/config.toml", text);
    let home = shop.path("");
    let listed = ran(bare(&home, &["ls", "s3://media"]), b"").ended(0);
    assert!(listed.out.trim_end().ends_with("\tk"));
    let mut looking = bare(&home, &["ls", "s3://media", "--connection", "looking"]);
    looking.env("ID", server.access_key_id()).env("SECRET", server.secret_access_key());
    ran(looking, b"").ended(0);
    let mut writing = bare(&home, &["rm", "s3://media/k", "--connection", "looking"]);
    writing.env("ID", server.access_key_id()).env("SECRET", server.secret_access_key());
    let refused = ran(writing, b"").ended(1);
    assert!(refused.err.contains("looking"), "{}", refused.err);
    assert_eq!(shop.store().keys("media"), ["k"]);
    let unknown = ran(bare(&home, &["ls", "--connection", "nobody"]), b"").ended(1);
    assert!(unknown.err.contains("mine, looking"), "{}", unknown.err);
}

#[test]
fn a_malformed_file_is_named_with_its_line_and_left_alone() {
    let shop = Shop::open();
    let text = "[connections.a]\nendpont = \"http://x\"\n";
    let file = shop.write("config/config.toml", text);
    let refused = shop.run(&["ls"]).ended(1);
    assert!(refused.err.contains("config.toml:2"), "{}", refused.err);
    assert!(refused.err.contains("did you mean `endpoint`?"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    shop.write("config/config.toml", b"\xef\xbb\xbf# marked\n");
    shop.run(&["ls"]).ended(0);
    shop.write("config/config.toml", b"# one\n# caf\xe9\n");
    let refused = shop.run(&["ls"]).ended(1);
    assert!(refused.err.contains("config.toml:2"), "{}", refused.err);
    assert!(refused.err.contains("expected UTF-8"), "{}", refused.err);
}

#[test]
fn a_profile_of_the_aws_files_holds() {
    let shop = Shop::open();
    shop.store().put("media", "k", "");
    let server = shop.server();
    let credentials = format!(
        "[work]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        server.access_key_id(),
        server.secret_access_key()
    );
    shop.write(".aws/credentials", credentials);
    shop.write(".aws/config", format!("[profile work]\nregion = {}\n", server.region()));
    let endpoint = server.endpoint();
    let home = shop.path("");
    let flags = ["ls", "s3://media", "--profile", "work", "--endpoint-url", &endpoint];
    ran(bare(&home, &flags), b"").ended(0);
    let mut by_environment = bare(&home, &["ls", "s3://media"]);
    by_environment.env("AWS_PROFILE", "work").env("AWS_ENDPOINT_URL_S3", &endpoint);
    ran(by_environment, b"").ended(0);
}

#[test]
fn no_credentials_is_an_answer_and_not_a_wait() {
    let shop = Shop::open();
    let refused = ran(bare(&shop.path(""), &["ls", "--region", "us-east-1"]), b"").ended(1);
    assert!(refused.err.contains("  next   "), "{}", refused.err);
}

#[test]
fn nothing_is_written_where_nothing_was_asked_for() {
    let shop = Shop::open();
    shop.store().put("media", "k", "");
    shop.run(&["ls", "s3://media"]).ended(0);
    shop.run(&["rm", "s3://media/k"]).ended(0);
    let left: Vec<_> = std::fs::read_dir(shop.path("")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn demo_serves_alone_and_prints_the_environment_to_use() {
    let shop = Shop::open();
    let mut command = bare(&shop.path(""), &["demo", "--serve"]);
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let variables: Vec<(String, String)> = lines
        .take(5)
        .map(|line| {
            let line = line.unwrap();
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        })
        .collect();
    let mut listing = bare(&shop.path(""), &["ls", "--json"]);
    listing.envs(variables);
    let listed = ran(listing, b"").ended(0);
    assert!(!listed.json().is_empty());
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn without_keys_a_server_that_is_not_aws_never_leads_to_the_clouds_metadata() {
    let shop = Shop::open();
    let metadata = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    metadata.set_nonblocking(true).unwrap();
    let endpoint = shop.server().endpoint();
    let mut command = bare(&shop.path(""), &["ls", "--endpoint-url", &endpoint]);
    command.env("AWS_EC2_METADATA_DISABLED", "false");
    let service = format!("http://{}", metadata.local_addr().unwrap());
    command.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", service);
    let refused = ran(command, b"").ended(1);
    assert!(refused.err.contains("no credentials"), "{}", refused.err);
    assert!(metadata.accept().is_err(), "the metadata service was asked");
}

#[test]
fn variables_that_the_file_overrules_are_said() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let text = "[connections.other]\nendpoint = \"http://127.0.0.1:1\"\nanonymous = true\n";
    shop.write("config/config.toml", text);
    let ran = shop.run(&["ls"]).ended(1);
    assert!(ran.err.contains("other of config.toml is the connection"), "{}", ran.err);
    let by_the_variables = ran.err.split("--connection ").nth(1).unwrap();
    let name = by_the_variables.split_whitespace().next().unwrap();
    let listed = shop.run(&["ls", "--connection", name]).ended(0);
    assert_eq!((listed.out.contains("media"), listed.err.as_str()), (true, ""));
}
