//! Tests what is typed and pasted into the form, and the draft that comes of it.

use super::*;
use crate::app::chord::Chord;
use crate::config::connection_options::text_of;
use crate::domain::provider::Provider;

const ID: &str = "0123456789abcdef0123456789abcdef";
const KEY: &str = "fedcba9876543210fedcba9876543210";
const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn form(kind: FormKind) -> Form {
    Form::new(kind, Setting { taken: vec!["lab".into()], keyring: false })
}

fn at(mut form: Form, id: FieldId) -> Form {
    form.focus = form.fields.iter().position(|field| field.id == id).unwrap();
    form
}

fn keyed() -> Form {
    let mut form = form(FormKind::R2);
    form.on_paste(&format!("access_key_id={KEY}\nsecret_access_key={SECRET}"));
    form
}

#[test]
fn a_pasted_address_fills_account_jurisdiction_and_bucket() {
    let one = |one: Jurisdiction| Jurisdictions::from(one);
    for (pasted, jurisdictions, bucket) in [
        (format!("https://{ID}.eu.r2.cloudflarestorage.com/media"), one(Jurisdiction::Eu), "media"),
        (
            format!("https://dash.cloudflare.com/{ID}/r2/us/buckets/logs"),
            one(Jurisdiction::Us),
            "logs",
        ),
        (format!("https://{ID}.r2.cloudflarestorage.com"), one(Jurisdiction::Default), ""),
        (ID.to_uppercase(), Jurisdictions::all(), ""),
    ] {
        let mut form = at(keyed(), FieldId::Address);
        form.on_paste(&pasted);
        let draft = form.draft().unwrap();
        assert_eq!(draft.server, DraftServer::R2 { account: ID.to_owned(), jurisdictions });
        assert_eq!(text_of(&draft.options.buckets), bucket);
    }
}

#[test]
fn a_typed_account_leaves_the_jurisdiction_that_was_chosen() {
    let mut form = at(keyed(), FieldId::Jurisdiction);
    form.on_key(Chord::parse("right").unwrap());
    let mut form = at(form, FieldId::Address);
    for character in ID.chars() {
        form.on_key(Chord::char(character));
    }
    let DraftServer::R2 { jurisdictions, .. } = form.draft().unwrap().server else { panic!() };
    assert_eq!(jurisdictions, Jurisdictions::from(Jurisdiction::Default));
}

#[test]
fn jurisdictions_that_config_toml_lists_stay_as_they_are_until_others_are_chosen() {
    let listed = Jurisdictions::of([Jurisdiction::Eu, Jurisdiction::Us]).unwrap();
    let endpoints = listed.endpoints(ID).unwrap();
    let mut before = Connection::with_keys("r2", Provider::R2, &endpoints[0].1, "auto", "i", "s");
    before.jurisdictions = endpoints;
    let mut form = at(Form::of_connection(&before, Setting::default()), FieldId::Jurisdiction);
    assert_eq!(form.jurisdictions(), listed);
    form.on_key(Chord::parse("left").unwrap());
    assert_eq!(form.jurisdictions(), Jurisdictions::from(Jurisdiction::Us));
}

/// As a terminal pastes that does not mark what is pasted.
#[test]
fn an_address_that_is_typed_is_read_when_its_field_is_left() {
    for (text, bucket) in [
        (format!("https://dash.cloudflare.com/{ID}/r2/default/buckets/media"), "media"),
        (format!("https://{ID}.r2.cloudflarestorage.com/media/photos/"), "media/photos/"),
    ] {
        let mut form = at(keyed(), FieldId::Address);
        text.chars().for_each(|character| form.on_key(Chord::char(character)));
        form.step(false);
        let draft = form.draft().unwrap();
        let DraftServer::R2 { account, .. } = draft.server else { panic!("{:?}", form.note()) };
        assert_eq!((account.as_str(), text_of(&draft.options.buckets).as_str()), (ID, bucket));
    }
}

#[test]
fn a_public_address_is_explained_and_not_taken_for_an_account() {
    let mut form = at(keyed(), FieldId::Address);
    form.on_paste(&format!("https://pub-{ID}.r2.dev"));
    assert_eq!(form.draft().unwrap_err().field, FieldId::Address);
    let Some(Remark::Problem(said)) = form.note() else { panic!("{:?}", form.note()) };
    assert!(said.contains("public address of one bucket"), "{said}");
}

#[test]
fn a_pasted_block_fills_every_field_and_the_cursor_goes_on() {
    let mut form = form(FormKind::R2);
    form.on_paste(&format!(
        "export AWS_ACCESS_KEY_ID={KEY}\nexport AWS_SECRET_ACCESS_KEY={SECRET}\n\
         export AWS_ENDPOINT_URL=https://{ID}.fedramp.r2.cloudflarestorage.com\nBUCKET=media"
    ));
    assert!(form.on_save());
    let draft = form.draft().unwrap();
    assert_eq!(text_of(&draft.options.buckets), "media");
    let DraftKeys::Given { keys, keep } = draft.keys else { panic!() };
    assert_eq!((keys.access_key_id.as_str(), keys.secret_access_key.expose()), (KEY, SECRET));
    assert_eq!(keep, Keep::File);
    let Some(Remark::Note(said)) = form.note() else { panic!() };
    assert!(said.contains("the server, the access key id, the secret, the bucket"), "{said}");
}

#[test]
fn a_block_for_another_server_turns_the_form_into_another() {
    let mut form = form(FormKind::R2);
    form.on_paste("access_key=K\nsecret_key=hush\nendpoint=https://s3.us-west-004.backblazeb2.com");
    assert_eq!(form.kind, FormKind::Other);
    let DraftServer::Other { provider, region, .. } = form.draft().unwrap().server else {
        panic!()
    };
    assert_eq!((provider, region.as_deref()), (Provider::B2, Some("us-west-004")));
}

#[test]
fn a_secret_goes_where_the_cursor_is_and_is_not_looked_at() {
    let mut form = at(form(FormKind::Other), FieldId::Secret);
    form.on_paste("abc://x/y\n");
    assert_eq!(form.typed(FieldId::Secret), "abc://x/y");
    assert!(!format!("{form:?}").contains("abc://"));
    form.toggle_secret();
    assert!(matches!(form.entry(FieldId::Secret), Some(Entry::Text(input)) if !input.is_masked()));
}

#[test]
fn keys_of_the_wrong_shape_are_doubted_and_still_taken() {
    let mut form = at(keyed(), FieldId::Address);
    form.on_paste(ID);
    let mut form = at(form, FieldId::Secret);
    form.on_key(Chord::parse("backspace").unwrap());
    let Some(Remark::Problem(said)) = form.note() else { panic!() };
    assert!(said.contains("these are 63"), "{said}");
    assert!(form.draft().is_ok());
    assert!(!form.r2_is_complete());
}

#[test]
fn a_name_that_is_taken_is_refused_and_a_free_one_is_offered() {
    let mut form = Form::new(
        FormKind::R2,
        Setting { taken: vec!["r2".into(), "r2-2".into()], keyring: false },
    );
    assert_eq!(form.typed(FieldId::Name), "r2-3");
    form.on_paste(&format!(
        "a={ID}\naccess_key_id={KEY}\nsecret_access_key={SECRET}\naccount_id={ID}"
    ));
    let mut form = at(form, FieldId::Name);
    form.on_key(Chord::parse("ctrl-w").unwrap());
    form.on_key(Chord::parse("ctrl-u").unwrap());
    form.on_paste("r2");
    assert!(form.draft().unwrap_err().sentence.contains("already"));
}

#[test]
fn without_keys_another_server_is_anonymous_and_a_profile_is_the_chain() {
    let mut open = form(FormKind::Other);
    open.on_paste("http://localhost:9000/media");
    assert_eq!(open.draft().unwrap().keys, DraftKeys::Anonymous);
    assert_eq!(text_of(&open.draft().unwrap().options.buckets), "media");
    let chain = Form::of_chain(Setting::default());
    assert_eq!(chain.draft().unwrap().keys, DraftKeys::Profile(None));
    assert_eq!(form(FormKind::Aws).draft().unwrap_err().field, FieldId::KeyId);
}

#[test]
fn a_change_keeps_what_is_not_entered_anew() {
    let draft = {
        let mut form = at(keyed(), FieldId::Address);
        form.on_paste(&format!("https://{ID}.eu.r2.cloudflarestorage.com/media"));
        form.draft().unwrap()
    };
    let before = draft.connection(None).unwrap();
    let form =
        Form::of_connection(&before, Setting { taken: vec![before.name.clone()], keyring: false });
    assert_eq!(form.kind, FormKind::R2);
    let change = form.draft().unwrap();
    assert_eq!(change.keys, DraftKeys::AsBefore);
    assert_eq!(change.connection(Some(&before)).unwrap(), before);
    let plain = Connection::chain("c".into(), Some("work".to_owned()));
    let form = Form::of_connection(&plain, Setting::default());
    assert_eq!(form.draft().unwrap().connection(Some(&plain)).unwrap(), plain);
}

fn turned(mut form: Form, times: usize) -> Form {
    form.focus = form.fields.iter().position(|field| field.id == FieldId::Source).unwrap();
    for _ in 0..times {
        form.on_key(Chord::parse("right").unwrap());
    }
    form
}

#[test]
fn keys_may_come_from_a_command_or_from_variables() {
    let mut form = form(FormKind::Other);
    form.on_paste("http://localhost:9000/");
    let mut by_command = at(turned(form.clone(), 3), FieldId::Command);
    assert_eq!(by_command.draft().unwrap_err().field, FieldId::Command);
    by_command.on_paste("op read --json r2");
    let draft = by_command.draft().unwrap();
    assert_eq!(draft.keys, DraftKeys::Process("op read --json r2".to_owned()));
    assert!(matches!(draft.server, DraftServer::Other { .. }), "the server is as it was");
    let mut named = at(turned(form.clone(), 2), FieldId::IdVariable);
    named.on_paste("R2_KEY_ID");
    let mut named = at(named, FieldId::SecretVariable);
    named.on_paste("wJalr/XUtn+EMI");
    let lacking = named.draft().unwrap_err();
    assert!(lacking.sentence.contains("the variable's name"), "{}", lacking.sentence);
    assert!(!lacking.sentence.contains("wJalr"));
    named.on_key(Chord::parse("ctrl-u").unwrap());
    named.on_paste("R2_SECRET");
    let draft = named.draft().unwrap();
    let source = draft.connection(None).unwrap().credentials;
    let expected = CredentialsSource::Environment {
        access_key_id: "R2_KEY_ID".to_owned(),
        secret_access_key: "R2_SECRET".to_owned(),
    };
    assert_eq!(source, expected);
    assert_eq!(turned(form, 4).draft().unwrap().keys, DraftKeys::Anonymous);
}

#[test]
fn a_change_shows_the_command_and_the_variables_there_are() {
    let plain = Connection::chain("c".into(), None);
    for credentials in [
        CredentialsSource::Process { command: "vault read r2".to_owned() },
        CredentialsSource::Environment {
            access_key_id: "A".to_owned(),
            secret_access_key: "B".to_owned(),
        },
        CredentialsSource::Anonymous,
    ] {
        let before = Connection { credentials, ..plain.clone() };
        let form = Form::of_connection(&before, Setting::default());
        assert_eq!(form.draft().unwrap().connection(Some(&before)).unwrap(), before);
    }
}

#[test]
fn the_keyring_comes_first_where_there_may_be_one() {
    let mut form = Form::new(FormKind::R2, Setting { keyring: true, ..Setting::default() });
    form.on_paste(&format!("access_key_id={KEY}\nsecret_access_key={SECRET}\naccount_id={ID}"));
    assert_eq!(form.keep(), Keep::Keyring);
    form.propose_file("the keyring is locked", "enter");
    assert_eq!((form.keep(), form.on_save()), (Keep::File, true));
    assert!(matches!(form.note(), Some(Remark::Problem(said)) if said.contains("secrets.toml")));
}

#[test]
fn keys_are_kept_elsewhere_only_when_they_are_entered_again() {
    let kept = |keeper| Connection {
        credentials: CredentialsSource::Kept { keeper, folder: "/a".into(), name: "c".into() },
        ..Connection::chain("c".into(), None)
    };
    let form = Form::of_connection(&kept(Keeper::Keyring), Setting::default());
    assert_eq!((form.keep(), form.draft().unwrap().keys), (Keep::Keyring, DraftKeys::AsBefore));
    let mut form = at(form, FieldId::Keep);
    form.on_key(Chord::parse("right").unwrap());
    assert!(form.draft().unwrap_err().sentence.contains("store them elsewhere"));
}
