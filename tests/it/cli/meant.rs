//! What cannot be meant is refused where it is read, by the name of the setting, flag or verb that
//! says it.

use crate::cli::shop::{Shop, bare, ran, says, shop, with};
use crate::support::tls::front;

/// A section of a connection to the shop, with what else it says.
fn section(shop: &Shop, more: &str) -> String {
    let (endpoint, server) = (shop.server().endpoint(), shop.server());
    format!(
        "[connections.lab]\nendpoint = \"{endpoint}\"\naccess_key_id = \"{}\"\n\
         secret_access_key = \"{}\"\nregion = \"{}\"\n{more}",
        server.access_key_id(),
        server.secret_access_key(),
        server.region()
    )
}

#[test]
fn a_region_that_is_none_is_named_by_the_flag_variable_or_line_that_has_it() {
    let shop = shop();
    for region in ["eu west", ""] {
        for verb in [&["ls"][..], &["presign", "s3://media/a.txt"]] {
            let flagged = [&["--region", region], verb].concat();
            says(&shop.run(&flagged), 2, &["--region", "such as eu-west-1"]);
        }
    }
    for (variables, named) in [
        ([("AWS_REGION", "eu west"), ("X", "")], "AWS_REGION is \"eu west\""),
        ([("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "é")], "AWS_DEFAULT_REGION is"),
    ] {
        says(&with(&shop, &["ls", "s3://media"], &variables), 1, &[named, "expected a region"]);
    }
    let file = shop.write("aws-config", "[default]\nregion = eu west\n");
    let file = file.to_str().unwrap();
    let of_file = [("AWS_REGION", ""), ("AWS_CONFIG_FILE", file)];
    says(&with(&shop, &["ls", "s3://media"], &of_file), 1, &["aws-config:2", "expected a region"]);
}

#[test]
fn keys_of_a_server_that_nobody_names_are_sent_nowhere() {
    let shop = shop();
    let presign = ["presign", "s3://media/x"];
    let own = "access_key_id = \"a\"\nsecret_access_key = \"b\"\n";
    for (provider, keys, expected) in [
        ("minio", own, "expected endpoint for MinIO"),
        ("garage", own, "expected endpoint for Garage"),
        ("other", own, "expected endpoint for a server of your own"),
        ("minio", "profile = \"bare\"\n", "expected endpoint for MinIO, here or in its profile"),
    ] {
        let text = format!("[connections.lab]\nprovider = \"{provider}\"\n{keys}");
        shop.write("config/config.toml", text);
        let files = shop.write("aws", "[bare]\naws_access_key_id = a\naws_secret_access_key = b\n");
        let mut command = bare(&shop.path(""), &presign);
        command.env("AWS_SHARED_CREDENTIALS_FILE", files);
        let run = ran(command, b"");
        says(&run, 1, &[expected, "config.toml", "\"lab\""]);
        assert!(!run.out.contains("amazonaws"), "{}", run.out);
    }
    let files = shop.write(
        "aws",
        "[lab]\naws_access_key_id = a\naws_secret_access_key = b\nendpoint_url = http://lan:9000\n",
    );
    shop.write(
        "config/config.toml",
        "[connections.lab]\nprovider = \"minio\"\nprofile = \"lab\"\n",
    );
    let mut command = bare(&shop.path(""), &presign);
    command.env("AWS_SHARED_CREDENTIALS_FILE", files);
    says(&ran(command, b""), 0, &["http://lan:9000/media/x"]);
}

#[test]
fn a_place_in_a_bucket_is_no_path_on_this_machine() {
    let shop = shop();
    shop.write("config/config.toml", section(&shop, ""));
    shop.write("b.txt", "b");
    let run = |arguments: &[&str]| ran(bare(&shop.path(""), arguments), b"");
    for destination in ["s3://archive/", "s3://media/q", "lab:media/q"] {
        let get = run(&["get", "s3://media/a.txt", destination]);
        says(&get, 2, &[destination, "cp copies between buckets", "windlass get --help"]);
    }
    for source in ["s3://media/a.txt", "lab:media/a.txt"] {
        says(&run(&["put", source, "s3://media/q"]), 2, &[source, "cp copies between buckets"]);
    }
    for stray in ["s3:", "lab:media"] {
        assert!(!shop.path(stray).exists(), "{stray} was made");
    }
    says(&run(&["get", "s3://media/a.txt", "./lab:q"]), 0, &[]);
    assert_eq!(std::fs::read(shop.path("lab:q")).unwrap(), b"text");
    says(&run(&["put", "lab:q", "s3://media/named"]), 0, &[]);
    let uploads = ["put uploads, get downloads", "windlass cp --help"];
    says(&run(&["cp", "b.txt", "s3://media/"]), 2, &uploads);
    says(&run(&["cp", "s3://media/a.txt", "."]), 2, &uploads);
    says(&run(&["mv", "b.txt", "s3://media/"]), 2, &["mv works between buckets"]);
    says(&run(&["rm", "s3://media/p/"]), 2, &["windlass rm --help"]);
    let json = run(&["--json", "rm", "s3://media/p/"]);
    says(&json, 2, &["\"next\":\"windlass rm --help\""]);
}

#[test]
fn a_number_without_a_unit_is_no_age() {
    let shop = shop();
    for (arguments, unit) in [
        (&["uploads", "abort", "--older-than", "7", "--yes", "s3://media"][..], "7d, 7h"),
        (&["get", "s3://media/a.txt", "--give-up-after", "5"], "5d, 5h"),
        (&["find", "s3://media", "--age", "<7"], "7d, 7h"),
    ] {
        says(&shop.run(arguments), 2, &["unit", unit]);
    }
    says(&shop.run(&["uploads", "abort", "--older-than", "0", "--yes", "s3://media"]), 0, &[]);
    let help = shop.run(&["presign", "--help"]).ended(0).out;
    assert!(help.contains("in seconds"), "{help}");
}

#[test]
fn a_file_that_is_not_there_is_told_by_what_names_it() {
    let shop = shop();
    let run = |arguments: &[&str]| ran(bare(&shop.path(""), arguments), b"");
    let list = ["ls", "s3://media"];
    shop.write("config/config.toml", section(&shop, "ca_bundle = \"gone.pem\"\n"));
    let gone = shop.path("config/gone.pem");
    let told = ["ca_bundle (", "config.toml:6) names", gone.to_str().unwrap(), "not there"];
    says(&run(&list), 1, &told);
    // Beside the file that names it, wherever the command runs.
    let (_, pem) = shop.block_on(front("127.0.0.1:1".to_owned()));
    shop.write("config/gone.pem", pem);
    says(&run(&list), 0, &[]);
    let key = "buckets = [{ name = \"media\", sse_c_key = \"no.key\" }]\n";
    shop.write("config/config.toml", section(&shop, key));
    let told = ["sse_c_key of the bucket names", "config/no.key", "not there"];
    says(&run(&["get", "s3://media/a.txt", "-"]), 1, &told);
    shop.write("config/config.toml", section(&shop, ""));
    says(&run(&["--sse-c-key", "nofile", "ls"]), 1, &["--sse-c-key names nofile", "not there"]);
    let roots = [("AWS_CA_BUNDLE", "/nope.pem")];
    std::fs::remove_file(shop.path("config/config.toml")).unwrap();
    says(&with(&shop, &list, &roots), 1, &["AWS_CA_BUNDLE names /nope.pem", "not there"]);
    std::fs::create_dir(shop.path("config/config.toml")).unwrap();
    says(&run(&list), 1, &["expected a file, but it is a folder", "config.toml"]);
    let file = shop.write("plain", "");
    let inside = [("WINDLASS_CONFIG_DIR", file.to_str().unwrap())];
    says(&with(&shop, &list, &inside), 1, &["is a file where a folder", "WINDLASS_CONFIG_DIR"]);
}

#[test]
fn a_rule_for_a_connection_that_is_not_there_is_said_when_something_is_uploaded() {
    let shop = shop();
    shop.write("b.txt", "b");
    let rule = "[[upload_rules]]\nmatch = \"*\"\nconnection = \"labb\"\ncache_control = \"x\"\n";
    shop.write("config/config.toml", section(&shop, rule));
    let run = ran(bare(&shop.path(""), &["put", "b.txt", "s3://media/"]), b"");
    says(&run, 0, &["config.toml:8", "connection labb"]);
    let held = "[[upload_rules]]\nmatch = \"*\"\nlegal_hold = false\n";
    shop.write("config/config.toml", section(&shop, held));
    let run = ran(bare(&shop.path(""), &["put", "--force", "b.txt", "s3://media/"]), b"");
    says(&run, 0, &[]);
}

#[test]
fn a_later_rule_takes_the_hold_of_an_earlier_one_off() {
    let shop = shop();
    shop.run(&["mb", "s3://vault", "--object-lock"]).ended(0);
    let rules = "[[upload_rules]]\nmatch = \"*\"\nlegal_hold = true\n\
                 [[upload_rules]]\nmatch = \"*.tmp\"\nlegal_hold = false\n";
    shop.write("config/config.toml", section(&shop, rules));
    for (name, held) in [("a.txt", true), ("a.tmp", false)] {
        shop.write(name, "a");
        ran(bare(&shop.path(""), &["put", name, "s3://vault/"]), b"").ended(0);
        let stat = shop.run(&["stat", &format!("s3://vault/{name}"), "--json"]).ended(0).json();
        assert_eq!(stat[0]["legal_hold"].as_bool().unwrap_or_default(), held, "{name}");
    }
}

#[test]
fn a_profile_that_ignores_endpoints_is_not_sent_to_the_one_of_the_environment() {
    let shop = shop();
    let profile = "[default]\nignore_configured_endpoint_urls = true\n";
    let file = shop.write("aws-config", profile);
    let files = [("AWS_CONFIG_FILE", file.to_str().unwrap())];
    let link = with(&shop, &["presign", "s3://media/a.txt"], &files).ended(0).out;
    assert!(link.contains("amazonaws.com"), "{link}");
}

#[test]
fn a_damaged_queue_is_set_aside_by_what_changes_it_and_told_by_what_reads_it() {
    let shop = shop();
    let journal = shop.write("state/journal.sqlite", "x\n");
    let aside = shop.path("state/journal.sqlite.damaged-1");
    for _ in 0..2 {
        says(&shop.run(&["queue"]), 1, &["damaged", "left as it is", "windlass queue run"]);
        assert!(!aside.exists() && std::fs::read(&journal).unwrap() == b"x\n");
    }
    for step in ["run", "clear", "retry"] {
        std::fs::write(&journal, "x\n").unwrap();
        let _ = std::fs::remove_file(&aside);
        says(&shop.run(&["queue", step]), 1, &["damaged", "it is kept as", "was renamed"]);
        assert_eq!(std::fs::read(&aside).unwrap(), b"x\n", "{step}");
        says(&shop.run(&["queue", step]), 0, &[]);
    }
}

#[test]
fn keys_that_are_not_given_are_told_by_where_they_were_to_come_from() {
    let shop = shop();
    let endpoint = shop.server().endpoint();
    shop.write("config/config.toml", format!("[connections.lab]\nendpoint = \"{endpoint}\"\n"));
    let list = ["ls", "s3://media"];
    let run = ran(bare(&shop.path(""), &list), b"");
    says(&run, 1, &["the connection lab has no keys", "below [connections.lab]"]);
    for noise in ["this machine's role", "IMDS", "instance metadata"] {
        assert!(!run.err.contains(noise), "{}", run.err);
    }
    std::fs::remove_file(shop.path("config/config.toml")).unwrap();
    let bare_with = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = bare(&shop.path(""), arguments);
        command.env("AWS_ENDPOINT_URL_S3", &endpoint).env("AWS_REGION", "us-east-1");
        command.envs(variables.iter().copied());
        ran(command, b"")
    };
    let files = shop.write(
        "aws",
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/a\nsource_profile = base\n\
         [profile base]\naws_access_key_id = A\naws_secret_access_key = hush\n",
    );
    let files = files.to_str().unwrap();
    let closed = "http://127.0.0.1:9";
    let role = [("AWS_CONFIG_FILE", files), ("AWS_ENDPOINT_URL_STS", closed)];
    let by_role = bare_with(&role, &["--profile", "role", "ls", "s3://media"]);
    says(&by_role, 1, &["the role of profile \"role\" was not given", "could not be reached"]);
    let refusing = [("AWS_CONFIG_FILE", files), ("AWS_ENDPOINT_URL_STS", endpoint.as_str())];
    let refused = bare_with(&refusing, &["--profile", "role", "ls", "s3://media"]);
    says(
        &refused,
        1,
        &["the role of profile \"role\" was not given", "STS, which gives it, refused"],
    );
    let container = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/keys")];
    says(&bare_with(&container, &list), 1, &["the container gave no keys", "nobody answers"]);
    let token = shop.write("token", "t");
    let identity = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap()),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/a"),
        ("AWS_ENDPOINT_URL_STS", closed),
    ];
    says(&bare_with(&identity, &list), 1, &["the web identity was not taken", "not be reached"]);
}

#[test]
fn a_variable_of_other_programs_is_said_and_nothing_is_left_out_without_a_word() {
    let shop = shop();
    let mut command = bare(&shop.path(""), &["presign", "s3://media/a.txt"]);
    command
        .env("S3_ENDPOINT_URL", shop.server().endpoint())
        .env("AWS_ACCESS_KEY_ID", "a")
        .env("AWS_SECRET_ACCESS_KEY", "b");
    says(&ran(command, b""), 0, &["S3_ENDPOINT_URL is set and not used"]);
    says(&with(&shop, &["ls"], &[("S3_ENDPOINT_URL", "http://h")]), 0, &["media"]);
    says(&shop.run(&["doctor", "one", "two"]), 2, &["one connection", "windlass doctor --help"]);
    says(&shop.run(&["doctor", "s3://a", "s3://b"]), 2, &["one place"]);
    let mut edit = shop.command(&["edit", "s3://media/a.txt"]);
    edit.env_remove("EDITOR").env_remove("VISUAL");
    says(&ran(edit, b""), 2, &["vi", "VISUAL or EDITOR"]);
    says(&with(&shop, &["ls"], &[("WINDLASS_LOG", "verbose")]), 1, &["WINDLASS_LOG", "debug"]);
    let log = shop.path("state/windlass.log");
    assert!(!log.exists());
    says(&with(&shop, &["ls"], &[("WINDLASS_LOG", "info")]), 0, &[]);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("bodies go") && !log.contains("Signature"), "{log}");
}

#[test]
fn a_dry_run_between_two_connections_names_both() {
    let shop = shop();
    shop.store().create_bucket("archive");
    let other = section(&shop, "").replace("[connections.lab]", "[connections.xx]");
    shop.write("config/config.toml", format!("{}\n{other}", section(&shop, "")));
    let run = |arguments: &[&str]| ran(bare(&shop.path(""), arguments), b"");
    let dry = run(&["cp", "--dry-run", "lab:media/a.txt", "xx:archive/b"]);
    says(&dry, 0, &["would cp lab:media/a.txt → xx:archive/b"]);
    let json = run(&["--json", "cp", "--dry-run", "lab:media/a.txt", "xx:archive/b"]).json();
    assert_eq!(
        (json[0]["from"].as_str(), json[0]["to"].as_str()),
        (Some("lab:media/a.txt"), Some("xx:archive/b"))
    );
    says(&run(&["cp", "--dry-run", "s3://media/a.txt", "s3://archive/b"]), 0, &["s3://archive/b"]);
}

#[test]
fn what_is_counted_beside_a_prefix_is_said() {
    let shop = shop();
    for key in ["photos/a", "photos-old/b", "texts/c"] {
        shop.store().put("media", key, "x");
    }
    for verb in ["du", "tree"] {
        let more = shop.run(&[verb, "s3://media/photos"]);
        says(&more, 0, &["s3://media/photos ends without /", "were counted too"]);
        for place in ["s3://media/photos/", "s3://media/texts", "s3://media"] {
            let run = shop.run(&[verb, place]).ended(0);
            assert!(!run.err.contains("were counted too"), "{place}: {}", run.err);
        }
    }
}
