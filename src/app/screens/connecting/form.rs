//! The form of a connection keeps its fields and makes a draft of them.

mod drafting;
mod filling;

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::app::action::Action;
use crate::app::chord::{Chord, KeyCode};
use crate::app::screens::connecting::asked::{AND_LISTED, FormKind, KeySource, fields, keeps};
use crate::app::screens::connecting::field::{Entry, FieldId, FormField};
use crate::app::spot::Spot;
use crate::config::connection::{Connection, CredentialsSource, Keeper};
use crate::config::connection_options::{ConnectionOptions, OPTIONS};
use crate::config::draft::{Draft, DraftKeys, DraftServer, Keep};
use crate::config::pasted::doubt_r2_keys;
use crate::config::pasted_address::{PastedServer, point};
use crate::config::profiles::AwsProfile;
use crate::config::r2::{Jurisdiction, Jurisdictions};
use crate::config::secret::Secret;
use crate::config::secrets_file::SigningKeys;
use crate::domain::address::ConnectionName;
use crate::domain::identity::masked;

#[derive(Clone, Debug)]
pub struct Form {
    pub kind: FormKind,
    /// Where the keys come from.
    source: KeySource,
    pub fields: Vec<FormField>,
    /// The number of a field; behind the last one come the buttons: save, cancel.
    pub focus: usize,
    /// What a paste did, or why an address is none.
    pub remark: Option<Remark>,
    /// The connection that is changed.
    pub before: Option<Connection>,
    /// The key id that is stored already, as far as it may be shown.
    pub stored_id: Option<String>,
    session_token: Option<Secret>,
    /// The name is ours to choose until it is typed.
    named: bool,
    setting: Setting,
    /// The address is being typed: it is read when that is over.
    unread: bool,
    /// What the entries came to when the form was opened.
    untouched: u64,
}

/// What is there around a form.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The names of other connections.
    pub taken: Vec<ConnectionName>,
    /// Whether the system may have a keyring.
    pub keyring: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    Note(String),
    Problem(String),
}

/// Why there is no draft yet. Without a sentence, something is simply not entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    pub field: FieldId,
    pub sentence: String,
}

impl Form {
    pub fn new(kind: FormKind, setting: Setting) -> Form {
        Form::from(kind, KeySource::Typed, setting)
    }

    fn from(kind: FormKind, source: KeySource, setting: Setting) -> Form {
        let mut form = Form {
            kind,
            source,
            fields: fields(kind, source, setting.keyring),
            focus: 0,
            remark: None,
            before: None,
            stored_id: None,
            session_token: None,
            named: false,
            setting,
            unread: false,
            untouched: 0,
        };
        form.focus = form.text_at(0);
        form.suggest_name();
        form
    }

    /// A form for what the AWS CLI would use.
    pub fn of_chain(setting: Setting) -> Form {
        Form::from(FormKind::Aws, KeySource::Profile, setting)
    }

    /// Filled with what another program or the AWS files say.
    pub fn of_draft(draft: &Draft, setting: Setting) -> Form {
        let kind = match &draft.server {
            DraftServer::R2 { .. } => FormKind::R2,
            DraftServer::Aws { .. } => FormKind::Aws,
            DraftServer::Other { .. } => FormKind::Other,
        };
        let source = match &draft.keys {
            DraftKeys::Given { .. } | DraftKeys::AsBefore => KeySource::Typed,
            DraftKeys::Profile(_) => KeySource::Profile,
            DraftKeys::Variables { .. } => KeySource::Variables,
            DraftKeys::Process(_) => KeySource::Command,
            DraftKeys::Anonymous => KeySource::Anonymous,
        };
        let mut form = Form::from(kind, source, setting);
        match &draft.server {
            DraftServer::R2 { account, jurisdictions } => {
                form.set(FieldId::Address, account);
                form.choose_jurisdictions(jurisdictions);
            }
            DraftServer::Aws { region } => {
                form.set(FieldId::Region, region.as_deref().unwrap_or_default());
            }
            DraftServer::Other { endpoint, region, .. } => {
                form.set(FieldId::Address, endpoint);
                form.set(FieldId::Region, region.as_deref().unwrap_or_default());
            }
        }
        match &draft.keys {
            DraftKeys::Given { keys, .. } => form.set_keys(keys),
            DraftKeys::Profile(profile) => {
                form.set(FieldId::Profile, profile.as_deref().unwrap_or_default());
            }
            DraftKeys::Variables { access_key_id, secret_access_key } => {
                form.set(FieldId::IdVariable, access_key_id);
                form.set(FieldId::SecretVariable, secret_access_key);
            }
            DraftKeys::Process(command) => form.set(FieldId::Command, command),
            DraftKeys::Anonymous | DraftKeys::AsBefore => {}
        }
        for option in &OPTIONS {
            let id = FieldId::Option(option.name);
            if let Some(field) = form.fields.iter_mut().find(|field| field.id == id) {
                field.enter(&(option.shown)(&draft.options));
            }
        }
        let name = form.free_name(draft.name.as_str());
        form.set(FieldId::Name, &name);
        form.focus = form.fields.len();
        form
    }

    /// A form for a profile of the AWS files.
    pub fn of_profile(profile: &AwsProfile, setting: Setting) -> Form {
        let draft = Draft {
            name: ConnectionName::new(profile.name.as_str()),
            server: DraftServer::Aws { region: None },
            keys: DraftKeys::Profile(Some(profile.name.clone())),
            options: ConnectionOptions::default(),
        };
        Form::of_draft(&draft, setting)
    }

    /// A form to change a connection: its keys stay unless others are entered.
    pub fn of_connection(before: &Connection, setting: Setting) -> Form {
        let pasted_address = before.endpoint.as_deref().and_then(|url| point(url).ok().flatten());
        let server =
            match (pasted_address.map(|pasted_address| pasted_address.server), &before.endpoint) {
                (Some(PastedServer::R2 { account, jurisdiction }), _) => {
                    let one = Jurisdictions::from(jurisdiction.unwrap_or_default());
                    DraftServer::R2 { account, jurisdictions: several(before).unwrap_or(one) }
                }
                (_, Some(endpoint)) => DraftServer::Other {
                    provider: before.provider,
                    endpoint: endpoint.clone(),
                    region: before.region.clone(),
                },
                (_, None) => DraftServer::Aws { region: before.region.clone() },
            };
        let keys = match &before.credentials {
            CredentialsSource::Chain { profile } => DraftKeys::Profile(profile.clone()),
            CredentialsSource::Environment { access_key_id, secret_access_key } => {
                DraftKeys::Variables {
                    access_key_id: access_key_id.clone(),
                    secret_access_key: secret_access_key.clone(),
                }
            }
            CredentialsSource::Process { command } => DraftKeys::Process(command.clone()),
            CredentialsSource::Anonymous => DraftKeys::Anonymous,
            CredentialsSource::Static { .. } | CredentialsSource::Kept { .. } => {
                DraftKeys::AsBefore
            }
        };
        let draft = Draft {
            name: before.name.clone(),
            server,
            keys,
            options: ConnectionOptions::of(before),
        };
        let rung =
            matches!(before.credentials, CredentialsSource::Kept { keeper: Keeper::Keyring, .. });
        let keyring = setting.keyring || rung;
        let mut form = Form::of_draft(&draft, Setting { keyring, ..setting });
        form.before = Some(before.clone());
        if let CredentialsSource::Static { access_key_id, .. } = &before.credentials {
            form.stored_id = Some(masked(access_key_id));
        }
        if let Some(keep) = form.kept_before() {
            form.choose_keep(keep);
        }
        form.set(FieldId::Name, before.name.as_str());
        form.named = true;
        form.focus = form.text_at(0);
        form
    }

    /// To be called when it is filled, before the user enters anything.
    pub fn opened(&mut self) {
        self.select();
        self.untouched = self.fingerprint();
    }

    /// Whether something was entered that would be lost.
    pub fn is_touched(&self) -> bool {
        self.fingerprint() != self.untouched
    }

    /// A hash of every entry; secrets are in it, but cannot be read from it.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for field in &self.fields {
            (field.id, field.typed(), field.chosen()).hash(&mut hasher);
        }
        hasher.finish()
    }

    pub fn title(&self) -> String {
        if let Some(before) = &self.before {
            return format!("Change {}", before.name);
        }
        let server = match self.kind {
            FormKind::R2 => "Cloudflare R2",
            FormKind::Aws => "AWS",
            FormKind::Other => "an S3 server",
        };
        format!("Connect to {server}")
    }

    pub fn focused(&self) -> Option<&FormField> {
        self.fields.get(self.focus)
    }

    /// Puts the cursor where something is missing, and says so.
    pub fn point_at(&mut self, lacking: Lacking) {
        let at = self.fields.iter().position(|field| field.id == lacking.field);
        self.focus = at.unwrap_or(self.focus);
        let label = self.focused().map_or("a field", |field| field.label);
        if lacking.sentence.is_empty() {
            self.remark = Some(Remark::Problem(format!("{label} is empty")));
        }
    }

    pub fn on_save(&self) -> bool {
        self.focus == self.fields.len()
    }

    pub fn on_cancel(&self) -> bool {
        self.focus > self.fields.len()
    }

    /// Goes to the next field or button, and from the last to the first.
    pub fn step(&mut self, back: bool) {
        self.read_address();
        let count = self.fields.len() + 2;
        self.focus = (self.focus + if back { count - 1 } else { 1 }) % count;
        self.select();
    }

    /// What stands in the field one comes to is replaced by what is typed.
    fn select(&mut self) {
        let focus = self.focus;
        if let Some(FormField { entry: Entry::Text(input), .. }) = self.fields.get_mut(focus) {
            input.select();
        }
    }

    /// Goes to the field or button that was clicked; an answer that was clicked again is the next
    /// one.
    pub fn point(&mut self, spot: Spot) -> Option<Action> {
        self.read_address();
        match spot {
            Spot::Row(at) if at < self.fields.len() => {
                let again = std::mem::replace(&mut self.focus, at) == at;
                self.select();
                if again && !self.fields[at].is_text() {
                    self.on_key(Chord::plain(KeyCode::Right));
                }
                None
            }
            Spot::Button(at) => {
                self.focus = self.fields.len() + at;
                Some(Action::Accept)
            }
            _ => None,
        }
    }

    /// Shows what is typed into the secret field, or hides it again.
    pub fn toggle_secret(&mut self) {
        if let Some(Entry::Text(input)) = self.entry(FieldId::Secret) {
            let masked = input.is_masked();
            input.set_masked(!masked);
        }
    }

    pub fn on_key(&mut self, chord: Chord) {
        let focus = self.focus;
        let Some(field) = self.fields.get_mut(focus) else {
            if matches!(chord.key, KeyCode::Left | KeyCode::Right) {
                self.focus = if self.on_save() { focus + 1 } else { focus - 1 };
            }
            return;
        };
        if field.on_key(chord) {
            match field_id(&self.fields, focus) {
                // Typing passes many addresses that are whole.
                FieldId::Address => (self.unread, self.remark) = (true, None),
                FieldId::Source => self.turn_to(KeySource::at(self.chosen(FieldId::Source))),
                id => self.changed(id),
            }
        }
    }

    /// What an address that was typed has finds its field.
    pub fn read_address(&mut self) {
        if std::mem::take(&mut self.unread) {
            self.changed(FieldId::Address);
        }
    }

    /// What stands beside the fields: a problem of what is typed, before what a paste did.
    pub fn note(&self) -> Option<Remark> {
        let problem = match self.draft() {
            Err(lacking) if !lacking.sentence.is_empty() => Some(Remark::Problem(lacking.sentence)),
            _ => None,
        };
        problem.or_else(|| self.remark.clone()).or_else(|| {
            (self.kind == FormKind::R2)
                .then(|| {
                    doubt_r2_keys(
                        self.typed(FieldId::KeyId).trim(),
                        self.typed(FieldId::Secret).trim(),
                    )
                })
                .flatten()
                .map(Remark::Problem)
        })
    }

    /// Whether keys are complete as R2 makes them, so that a test need not wait for the next field.
    pub fn r2_is_complete(&self) -> bool {
        self.kind == FormKind::R2
            && self.typed(FieldId::Secret).trim().len() == 64
            && doubt_r2_keys(self.typed(FieldId::KeyId).trim(), self.typed(FieldId::Secret).trim())
                .is_none()
    }

    fn is_own(&self, name: &str) -> bool {
        self.before.as_ref().is_some_and(|before| before.name.as_str() == name)
    }

    pub(super) fn suggest_name(&mut self) {
        if self.named {
            return;
        }
        let stem = match self.kind {
            FormKind::R2 => "r2".to_owned(),
            FormKind::Aws if !self.typed(FieldId::Profile).is_empty() => {
                self.typed(FieldId::Profile).to_owned()
            }
            FormKind::Aws => "aws".to_owned(),
            FormKind::Other => "s3".to_owned(),
        };
        let name = self.free_name(&stem);
        self.set(FieldId::Name, &name);
    }

    fn free_name(&self, stem: &str) -> String {
        let is_free = |name: &String| {
            self.setting.taken.iter().all(|taken| taken.as_str() != name) || self.is_own(name)
        };
        let numbered = (2_u32..).map(|number| format!("{stem}-{number}"));
        std::iter::once(stem.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
    }

    fn set_keys(&mut self, keys: &SigningKeys) {
        self.set(FieldId::KeyId, &keys.access_key_id);
        self.set(FieldId::Secret, keys.secret_access_key.expose());
        self.session_token.clone_from(&keys.session_token);
    }

    fn choose_jurisdictions(&mut self, jurisdictions: &Jurisdictions) {
        let at = match jurisdictions.only() {
            Some(one) => 1 + Jurisdiction::ALL.iter().position(|each| *each == one).unwrap_or(0),
            None if jurisdictions.is_all() => 0,
            None => {
                let at = AND_LISTED.len() - 1;
                if let Some(entry) = self.entry(FieldId::Jurisdiction) {
                    *entry = Entry::Choice { options: AND_LISTED, at };
                }
                at
            }
        };
        self.choose(FieldId::Jurisdiction, at);
    }

    fn jurisdictions(&self) -> Jurisdictions {
        let listed = || self.before.as_ref().and_then(several);
        match self.chosen(FieldId::Jurisdiction).checked_sub(1) {
            None => Jurisdictions::all(),
            Some(at) => match Jurisdiction::ALL.get(at) {
                Some(one) => Jurisdictions::from(*one),
                None => listed().unwrap_or_else(Jurisdictions::all),
            },
        }
    }

    fn choose_keep(&mut self, keep: Keep) {
        let at = keeps(self.setting.keyring).iter().position(|(_, each)| *each == keep);
        self.choose(FieldId::Keep, at.unwrap_or(0));
    }

    /// The keyring did not take them: the file is proposed in its place, and one key away.
    pub fn propose_file(&mut self, why: &str, key: &str) {
        self.choose_keep(Keep::File);
        self.focus = self.fields.len();
        self.remark = Some(Remark::Problem(format!(
            "not saved: {why}; {key} keeps the keys in secrets.toml instead, which only you can \
             read (mode 0600)"
        )));
    }

    /// The first field from there on that takes text.
    fn text_at(&self, from: usize) -> usize {
        let found = self.fields.iter().skip(from).position(FormField::is_text);
        found.map_or(from, |after| from + after)
    }

    fn field(&self, id: FieldId) -> Option<&FormField> {
        self.fields.iter().find(|field| field.id == id)
    }

    fn entry(&mut self, id: FieldId) -> Option<&mut Entry> {
        self.fields.iter_mut().find(|field| field.id == id).map(|field| &mut field.entry)
    }

    /// What is typed into a field, nothing where there is none.
    pub fn typed(&self, id: FieldId) -> &str {
        self.field(id).map_or("", FormField::typed)
    }

    fn chosen(&self, id: FieldId) -> usize {
        self.field(id).map_or(0, FormField::chosen)
    }

    fn set(&mut self, id: FieldId, text: &str) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
            field.set(text);
        }
    }

    fn choose(&mut self, id: FieldId, number: usize) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
            field.choose(number);
        }
    }
}

fn several(connection: &Connection) -> Option<Jurisdictions> {
    Jurisdictions::of(connection.jurisdictions.iter().map(|(each, _)| *each))
}

fn field_id(fields: &[FormField], at: usize) -> FieldId {
    fields.get(at).map_or(FieldId::Name, |field| field.id)
}

#[cfg(test)]
mod tests;
