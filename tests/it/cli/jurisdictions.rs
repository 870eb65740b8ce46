//! One connection to an account of R2 in two jurisdictions, by the compiled program.

use windlass::demo::keys::AccessKeys;
use windlass::demo::server::{Server, ServerOptions};

use crate::cli::shop::{Ran, Shop, ran};
use crate::support::server::server_with;

/// The shop's server is the default jurisdiction; the other one knows the same keys.
struct Account {
    shop: Shop,
    eu: Server,
}

impl Account {
    fn open() -> Account {
        let shop = Shop::open();
        let (id, secret) = (shop.server().access_key_id(), shop.server().secret_access_key());
        let keys =
            AccessKeys { access_key_id: id.to_owned(), secret_access_key: secret.to_owned() };
        let options = ServerOptions { keys: Some(keys), ..ServerOptions::default() };
        let eu = shop.block_on(server_with(options));
        let config = format!(
            "[connections.r2]\nprovider = \"r2\"\nendpoint = \"{}\"\nregion = \"us-east-1\"\n\
             access_key_id = \"{id}\"\nsecret_access_key = \"{secret}\"\n\
             jurisdictions = {{ eu = \"{}\" }}\n",
            shop.server().endpoint(),
            eu.endpoint(),
        );
        shop.write("config/config.toml", config);
        shop.store().put("here", "a", "default");
        eu.store().put("there", "a", "eu");
        Account { shop, eu }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.shop.command(arguments);
        command.env("WINDLASS_CONFIG_DIR", self.shop.path("config"));
        ran(command, b"").ended(0)
    }
}

#[test]
fn verbs_go_where_a_bucket_is() {
    let account = Account::open();
    let listed = account.run(&["ls", "--json"]).json();
    let told: Vec<_> = listed.iter().map(|row| (&row["bucket"], &row["jurisdiction"])).collect();
    assert_eq!(format!("{told:?}").matches("\"eu\"").count(), 1, "{told:?}");
    assert_eq!(told.len(), 2);
    assert_eq!(account.run(&["get", "s3://there@eu/a", "-"]).out, "eu");
    account.run(&["cp", "s3://there@eu/a", "s3://here/b"]);
    assert_eq!(account.shop.store().bytes("here", "b").unwrap(), "eu");
    account.run(&["rm", "s3://there@eu/a", "--yes"]);
    assert!(account.eu.store().keys("there").is_empty());
    let link = account.run(&["presign", "s3://there@eu/x"]).out;
    assert!(link.starts_with(&account.eu.endpoint()), "{link}");
}

#[test]
fn the_doctor_says_what_the_jurisdictions_list() {
    let account = Account::open();
    let told = account.run(&["doctor", "s3://there@eu/"]).out;
    assert!(told.contains("2 buckets"), "{told}");
    account.shop.block_on(account.eu.shut_down());
    let mut command = account.shop.command(&["doctor", "s3://here/"]);
    command.env("WINDLASS_CONFIG_DIR", account.shop.path("config"));
    let told = ran(command, b"").out;
    assert!(told.contains("1 bucket; jurisdiction eu: "), "{told}");
}
