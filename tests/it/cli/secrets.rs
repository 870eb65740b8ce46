//! No secret in anything the compiled program writes, however loudly it is asked to speak.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::cli::shop::{Shop, ran};

const TOKEN: &str = "FwoGZXIvYXdzEXAMPLESESSIONTOKENthatNobodyMaySee";

fn loud(shop: &Shop, arguments: &[&str]) -> Command {
    let mut command = shop.command(arguments);
    command
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("RUST_LOG", "trace")
        .env("WINDLASS_LOG", "trace")
        .env("RUST_BACKTRACE", "full");
    command
}

/// Every file below a folder, with its bytes and its mode.
fn kept(folder: &Path) -> Vec<(String, Vec<u8>, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(kept(&path));
        } else {
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            found.push((path.display().to_string(), fs::read(&path).unwrap(), mode));
        }
    }
    found
}

#[test]
fn nothing_that_is_written_names_a_secret() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("large.bin", vec![7; 17 << 20]);
    let mut said = Vec::new();
    for arguments in [
        &["put", "large.bin", "s3://media/large.bin"][..],
        &["get", "s3://media/large.bin", "back.bin"],
        &["get", "s3://media/none", "none"],
        &["cp", "s3://media/large.bin", "s3://media/copy.bin"],
        &["ls", "s3://media"],
        &["queue", "list", "--json"],
        &["queue", "run", "--json"],
        &["rm", "s3://media/copy.bin", "--yes"],
        &["get", "s3://nowhere/k", "none"],
    ] {
        let ran = ran(loud(&shop, arguments), b"");
        assert!(ran.code < 3, "{arguments:?}: {}", ran.err);
        said.push((arguments.join(" "), ran.out.into_bytes(), 0o600));
        said.push((arguments.join(" "), ran.err.into_bytes(), 0o600));
    }
    let mut refused = loud(&shop, &["ls", "s3://media"]);
    refused.env("AWS_SECRET_ACCESS_KEY", "wrongSecretThatNobodyMaySee");
    let refused = ran(refused, b"").ended(1);
    said.push(("refused".to_owned(), refused.err.into_bytes(), 0o600));
    for folder in ["state", "config"] {
        said.extend(kept(&shop.path(folder)));
    }
    let secret = shop.server().secret_access_key();
    for (name, text, mode) in said {
        for hidden in
            [secret, TOKEN, "wrongSecretThatNobodyMaySee", "X-Amz-Signature=", "Signature="]
        {
            let found = text.windows(hidden.len()).any(|window| window == hidden.as_bytes());
            assert!(!found, "{hidden} is in {name}");
        }
        assert_eq!(mode, 0o600, "{name}");
    }
}
