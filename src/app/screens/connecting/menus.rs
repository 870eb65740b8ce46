//! Shows the menus before the form: what to connect to, which profile, what to import.

use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::config::draft::{Draft, DraftServer};
use crate::config::origins::Origins;
use crate::config::profiles::ProfileKind;
use crate::domain::units::Counted;

/// What a row of the first menu leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectChoice {
    R2,
    Aws,
    Other,
    Import,
    Demo,
    /// What the AWS CLI would use, asked for when it is needed: a machine's role, for one.
    Chain,
    Quit,
}

/// `first`: nothing is configured, and no keys were found.
pub fn ways(first: bool) -> Vec<ConnectChoice> {
    let mut ways =
        vec![ConnectChoice::R2, ConnectChoice::Aws, ConnectChoice::Other, ConnectChoice::Import];
    if first {
        ways.extend([ConnectChoice::Demo, ConnectChoice::Chain, ConnectChoice::Quit]);
    }
    ways
}

/// `None` while the files of this machine are being read.
pub fn welcome(first: bool, origins: Option<&Origins>) -> Choice {
    let rows = ways(first).into_iter().map(|way| row(way, origins)).collect();
    let choice = Choice::new(if first { "Welcome to Windlass" } else { "New connection" }, rows);
    if first {
        let profiles = origins.is_some_and(|origins| !origins.profiles.is_empty());
        let keyless =
            if profiles { "the AWS profile in use has no keys" } else { "no AWS keys were found" };
        choice
            .line(format!(
                "Nothing is configured yet, and {keyless}. What do you want to connect to?"
            ))
            .line("You can paste keys or an address here.")
    } else {
        choice.line("You can paste keys or an address here.")
    }
}

fn row(way: ConnectChoice, origins: Option<&Origins>) -> ChoiceRow {
    match way {
        ConnectChoice::R2 => {
            ChoiceRow::new('r', "Cloudflare R2").note("an account id and a token's two keys")
        }
        ConnectChoice::Aws => {
            let note = match origins.map(|origins| origins.profiles.len()) {
                None | Some(0) => "keys, single sign-on or a role".to_owned(),
                Some(many) => format!("{} found in ~/.aws", Counted(many as u64, "profile")),
            };
            ChoiceRow::new('a', "AWS").note(note)
        }
        ConnectChoice::Other => ChoiceRow::new('s', "Another S3 server")
            .note("MinIO, Ceph, Garage, B2, Wasabi, Hetzner, …"),
        ConnectChoice::Import => import_row(origins),
        ConnectChoice::Demo => ChoiceRow::new('d', "Try the demo")
            .note("sample buckets inside this program; nothing is sent"),
        ConnectChoice::Chain => ChoiceRow::new('c', "Continue without")
            .note("uses the machine's role, as the AWS CLI does"),
        ConnectChoice::Quit => ChoiceRow::new('q', "Quit"),
    }
}

fn import_row(origins: Option<&Origins>) -> ChoiceRow {
    let row = ChoiceRow::new('i', "Import");
    let Some(origins) = origins else {
        return row.note("looking …").disabled(Some("reading the files of other programs".into()));
    };
    if origins.imports.is_empty() {
        return row.note("a file of rclone, s3cmd, mc, s5cmd or the AWS CLI");
    }
    let mut programs: Vec<&str> = origins.imports.iter().map(|(program, _)| *program).collect();
    programs.dedup();
    row.note(format!("{} found: {}", origins.imports.len(), programs.join(", ")))
}

/// Rows of the menu of AWS that are no profiles, below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AwsMenuRow {
    Keys,
    Chain,
}

pub const AWS_WAYS: [AwsMenuRow; 2] = [AwsMenuRow::Keys, AwsMenuRow::Chain];

pub fn aws(origins: &Origins) -> Choice {
    let profiles = origins.profiles.iter().zip('1'..).map(|(profile, key)| {
        let region = profile.region.as_deref().unwrap_or("no region");
        let endpoint =
            profile.endpoint.as_deref().map_or_else(String::new, |url| format!(" · {url}"));
        ChoiceRow {
            key: key.is_ascii_digit().then_some(key),
            title: profile.name.clone(),
            note: format!("{region} · {}{endpoint}", profile.kind.words()),
            disabled: (profile.kind == ProfileKind::NoKeys && profile.name != "default")
                .then(|| "it has no keys and does not say where to get them".to_owned()),
        }
    });
    let mut rows: Vec<ChoiceRow> = profiles.collect();
    rows.push(ChoiceRow::new('t', "Enter keys").note("an access key id and its secret"));
    rows.push(
        ChoiceRow::new('w', "Whatever the AWS CLI uses")
            .note("variables, the default profile, the machine's role"),
    );
    let mut choice = Choice::new("Connect to AWS", rows);
    if origins.profiles.is_empty() {
        choice = choice.line("There are no profiles in ~/.aws.");
    }
    choice
}

pub fn imports(origins: &Origins) -> Choice {
    let rows = origins.imports.iter().zip('1'..).map(|((program, import), key)| ChoiceRow {
        key: key.is_ascii_digit().then_some(key),
        title: import.name.clone(),
        note: match &import.draft {
            Ok(draft) => format!("{program} · {}", server(draft)),
            Err(_) => (*program).to_owned(),
        },
        disabled: import.draft.as_ref().err().cloned(),
    });
    let another = ChoiceRow::new('f', "Another file")
        .note("AWS-style keys (as for s5cmd), or of rclone, s3cmd or mc");
    let rows: Vec<ChoiceRow> = rows.chain([another]).collect();
    let mut choice =
        Choice::new("Import a connection", rows).line("The file is not changed: you save a copy.");
    for trouble in &origins.troubles {
        choice = choice.line(trouble.clone());
    }
    choice
}

fn server(draft: &Draft) -> String {
    match &draft.server {
        DraftServer::R2 { account, jurisdictions } => {
            let start: String = account.chars().take(8).collect();
            match jurisdictions.only() {
                Some(one) => format!("Cloudflare R2 {start}… {}", one.name()),
                None => format!("Cloudflare R2 {start}…"),
            }
        }
        DraftServer::Aws { region } => format!("AWS {}", region.as_deref().unwrap_or_default()),
        DraftServer::Other { endpoint, .. } => endpoint.clone(),
    }
}
