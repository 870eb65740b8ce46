//! Keeps what stays the same from key to key: connections, settings, and what the shell found at
//! start.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::keymap::Keymap;
use crate::app::preference::Preference;
use crate::config::bookmarks::Bookmark;
use crate::config::connection::{Connection, CredentialsSource, KnownBucket};
use crate::config::keys::KeyFile;
use crate::config::profiles::AwsProfile;
use crate::config::remembered::{LastPlace, Refused};
use crate::config::settings::Settings;
use crate::domain::address::{Bucket, ConnectionName, Location, Prefix};
use crate::domain::price::{Price, PriceList};
use crate::domain::protection::AccessSpec;
use crate::domain::provider::facts::detect;
use crate::domain::provider::{Capability, Provider, RefusalNews};
use crate::domain::public::PublicAccess;
use crate::domain::stored::Stored;
use crate::domain::versions::Versioning;

/// Everything the shell knows before the first event.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Startup {
    pub now: Timestamp,
    /// At least one.
    pub connections: Vec<Connection>,
    /// The connection to start with; the first one where it names none.
    pub current: ConnectionName,
    /// Where to open.
    pub open: Location,
    pub zone: TimeZone,
    pub working_folder: PathBuf,
    /// What `~` is, where it is known.
    pub home: Option<PathBuf>,
    /// Where the last download went.
    pub download_folder: Option<PathBuf>,
    /// Buckets that were added by name in earlier sessions.
    pub remembered_buckets: Vec<(ConnectionName, KnownBucket)>,
    /// What servers refused in earlier sessions.
    pub refused: Vec<Refused>,
    /// Signs and frames in ASCII only.
    pub ascii: bool,
    pub settings: Settings,
    pub prices: PriceList,
    pub keys: KeyFile,
    /// What the shell could not read at start, for the events list.
    pub problems: Vec<String>,
    /// Nothing is configured and no keys are in sight: ask before anything is sent.
    pub first: bool,
    /// Neither the environment nor the AWS files have keys for the AWS chain.
    pub keyless: bool,
    /// The keys of the AWS chain are variables of the environment, unless a profile is named.
    pub keys_in_variables: bool,
    /// Whether the system may have a keyring; it is not asked at start.
    pub keyring: bool,
    /// Whether the user has named an editor.
    pub editor: bool,
    /// How the objects of a bucket are asked for in this session, as flags say it.
    pub access: Option<(Bucket, AccessSpec)>,
    /// The profiles of the AWS files.
    pub profiles: Vec<AwsProfile>,
    /// What was open when the last session ended.
    pub last: Option<LastPlace>,
    pub bookmarks: Vec<Bookmark>,
    pub recent: Vec<Bookmark>,
}

impl Startup {
    /// The least a start needs: one connection, opened at its buckets.
    pub fn of(connection: Connection) -> Startup {
        Startup {
            now: Timestamp::UNIX_EPOCH,
            current: connection.name.clone(),
            connections: vec![connection],
            open: Location::Root,
            zone: TimeZone::UTC,
            working_folder: PathBuf::from("."),
            home: None,
            download_folder: None,
            remembered_buckets: Vec::new(),
            refused: Vec::new(),
            ascii: false,
            settings: Settings::default(),
            prices: PriceList::built_in().clone(),
            keys: KeyFile::default(),
            problems: Vec::new(),
            first: false,
            keyless: false,
            keys_in_variables: false,
            keyring: false,
            editor: true,
            access: None,
            profiles: Vec::new(),
            last: None,
            bookmarks: Vec::new(),
            recent: Vec::new(),
        }
    }
}

/// What is known of a bucket's public domains.
#[derive(Clone, Debug, PartialEq)]
pub enum Publicity {
    /// The answer is on its way.
    Asked,
    Known(PublicAccess),
    /// Why it is not known.
    Refused(String),
}

/// The facts a part may read.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Session {
    pub keymap: Keymap,
    pub connections: Vec<Connection>,
    current: usize,
    pub zone: TimeZone,
    pub working_folder: PathBuf,
    pub home: Option<PathBuf>,
    pub download_folder: Option<PathBuf>,
    remembered_buckets: Vec<(ConnectionName, KnownBucket)>,
    /// Names that connections had in this session, and have now.
    renamed: Vec<(ConnectionName, ConnectionName)>,
    /// What the clients of servers told, by [`Connection::server`].
    refused: BTreeMap<(String, Capability), String>,
    /// How the objects of buckets are asked for until the session ends.
    access: HashMap<(ConnectionName, Bucket), AccessSpec>,
    publicity: HashMap<(ConnectionName, Bucket), Publicity>,
    /// What was summed below prefixes, and when.
    measured: HashMap<(ConnectionName, Bucket, Prefix), (Timestamp, Stored)>,
    versioning: HashMap<(ConnectionName, Bucket), Versioning>,
    /// Whose keys sign, by connection.
    identities: HashMap<ConnectionName, String>,
    /// What is open in tabs that are not on screen.
    pub beside: Vec<(ConnectionName, Location)>,
    pub ascii: bool,
    pub settings: Settings,
    pub prices: PriceList,
    pub keyless: bool,
    pub keys_in_variables: bool,
    pub keyring: bool,
    /// Whether the user has named an editor.
    pub editor: bool,
    /// The profiles of the AWS files.
    pub profiles: Vec<AwsProfile>,
    /// What was open when the last session ended, until it is gone to.
    pub last: Option<LastPlace>,
    pub bookmarks: Vec<Bookmark>,
    /// Places that were open, the latest first; the first one is open.
    pub recent: Vec<Bookmark>,
}

/// Places that are kept of those that were open.
const RECENT: usize = 40;

impl Session {
    pub fn keep_bookmark(&mut self, bookmark: &Bookmark, kept: bool) {
        self.bookmarks.retain(|each| each != bookmark);
        if kept {
            self.bookmarks.push(bookmark.clone());
        }
    }

    /// What is kept under the name of a connection is kept under its new name.
    fn rename_places(&mut self, from: &ConnectionName, to: &ConnectionName) {
        let places = self.bookmarks.iter_mut().chain(&mut self.recent);
        let names = places.map(|place| &mut place.connection);
        let last = self.last.iter_mut().map(|last| &mut last.connection);
        names.chain(last).filter(|name| *name == from).for_each(|name| name.clone_from(to));
    }

    /// Notes that a place is open.
    pub fn visit(&mut self, here: Bookmark) {
        if self.recent.first() != Some(&here) {
            self.recent.retain(|each| *each != here);
            self.recent.insert(0, here);
            self.recent.truncate(RECENT);
        }
    }

    pub fn new(startup: Startup) -> Session {
        let mut connections = startup.connections;
        if connections.is_empty() {
            connections.push(Connection::chain(startup.current.clone(), None));
        }
        let current = connections.iter().position(|each| each.name == startup.current);
        Session {
            keymap: Keymap::default(),
            connections,
            current: current.unwrap_or(0),
            zone: startup.zone,
            working_folder: startup.working_folder,
            home: startup.home,
            download_folder: startup.download_folder,
            remembered_buckets: startup.remembered_buckets,
            renamed: Vec::new(),
            refused: startup
                .refused
                .into_iter()
                .map(|refused| {
                    let reason = refused.reason();
                    ((refused.endpoint, refused.capability), reason)
                })
                .collect(),
            access: HashMap::new(),
            publicity: HashMap::new(),
            versioning: HashMap::new(),
            identities: HashMap::new(),
            beside: Vec::new(),
            ascii: startup.ascii,
            settings: startup.settings,
            prices: startup.prices,
            measured: HashMap::new(),
            keyless: startup.keyless,
            keys_in_variables: startup.keys_in_variables,
            keyring: startup.keyring,
            editor: startup.editor,
            profiles: startup.profiles,
            last: startup.last,
            bookmarks: startup.bookmarks,
            recent: startup.recent,
        }
    }

    /// A connection with what its profile of the AWS files says of the server.
    pub fn with_server(&self, connection: &Connection) -> Connection {
        let mut connection = connection.clone();
        let CredentialsSource::Chain { profile: Some(name) } = &connection.credentials else {
            return connection;
        };
        let named = self.profiles.iter().find(|profile| profile.name == *name);
        let unsaid = connection.endpoint.is_none() && connection.provider == Provider::Aws;
        if let Some(profile) = named.filter(|profile| unsaid && profile.endpoint.is_some()) {
            connection.provider = detect(profile.endpoint.as_deref());
            connection.endpoint.clone_from(&profile.endpoint);
            connection.region = connection.region.or_else(|| profile.region.clone());
        }
        connection
    }

    /// The connection in use.
    pub fn connection(&self) -> &Connection {
        &self.connections[self.current]
    }

    pub fn name(&self) -> &ConnectionName {
        &self.connection().name
    }

    /// Why nothing is written by the connection in use.
    pub fn read_only(&self) -> Option<String> {
        self.connection().read_only.then(|| "the connection is read-only".to_owned())
    }

    /// Why the server of the connection in use cannot do it: from the provider's table, or because
    /// it refused before.
    pub fn lacks(&self, capability: Capability) -> Option<String> {
        self.lacks_at(self.connection(), capability)
    }

    fn lacks_at(&self, connection: &Connection, capability: Capability) -> Option<String> {
        let known = connection.provider.lacks(capability).map(str::to_owned);
        let key = (connection.server().to_owned(), capability);
        known.or_else(|| self.refused.get(&key).cloned())
    }

    /// Everything the server of a connection cannot do, as far as is known, with the reasons.
    pub fn lacking(&self, name: &ConnectionName) -> Vec<(Capability, String)> {
        let Some(connection) = self.connections.iter().find(|each| each.name == *name) else {
            return Vec::new();
        };
        let reason = |capability| Some((capability, self.lacks_at(connection, capability)?));
        Capability::ALL.into_iter().filter_map(reason).collect()
    }

    /// Follows what is known of a server; gives what of it is worth more than this session.
    pub fn on_refusal(
        &mut self,
        server: String,
        news: RefusalNews,
        now: Timestamp,
    ) -> Option<Preference> {
        let lasts = self.connections.iter().any(|each| each.endpoint.as_ref() == Some(&server));
        let preference = match news {
            RefusalNews::Refused { capability, why } => {
                self.refused.insert((server.clone(), capability), why.clone());
                Preference::Refused(Refused { endpoint: server, capability, why, since: now })
            }
            RefusalNews::Forgotten => {
                self.refused.retain(|(refusing, _), _| *refusing != server);
                Preference::AskedAgain(server)
            }
        };
        lasts.then_some(preference)
    }

    pub fn identify(&mut self, connection: ConnectionName, identity: String) {
        self.identities.insert(connection, identity);
    }

    /// The name of the connection in use, and whose keys sign where its name does not say that by
    /// itself.
    pub fn title(&self) -> Cow<'_, str> {
        let name = self.name().as_str();
        let chained = matches!(self.connection().credentials, CredentialsSource::Chain { .. });
        match self.identities.get(self.name()).filter(|_| chained) {
            None => Cow::Borrowed(name),
            Some(who) if who == name || who.starts_with(&format!("{name} ·")) => {
                Cow::Borrowed(who)
            }
            Some(who) => Cow::Owned(format!("{name} · {who}")),
        }
    }

    /// The list prices of the usual class where the connection in use keeps its buckets.
    pub fn price(&self) -> Option<&Price> {
        self.price_of(self.connection())
    }

    pub fn price_of(&self, connection: &Connection) -> Option<&Price> {
        self.prices.standard(connection.provider, connection.region.as_deref())
    }

    /// What was found below a prefix when it was summed last in this session, and when that was.
    pub fn measured(&self, bucket: &Bucket, prefix: &Prefix) -> Option<&(Timestamp, Stored)> {
        self.measured.get(&(self.name().clone(), bucket.clone(), prefix.clone()))
    }

    pub fn know_stored(&mut self, bucket: Bucket, prefix: Prefix, now: Timestamp, stored: Stored) {
        self.measured.insert((self.name().clone(), bucket, prefix), (now, stored));
    }

    pub fn provider(&self) -> Provider {
        self.connection().provider
    }

    /// Buckets of the connection in use that are shown whether the server lists them or not.
    pub fn known_buckets(&self) -> Vec<KnownBucket> {
        let mut known = self.connection().known_buckets.clone();
        for (connection, bucket) in &self.remembered_buckets {
            if connection == self.name() && known.iter().all(|each| each.bucket != bucket.bucket) {
                known.push(bucket.clone());
            }
        }
        known
    }

    /// What is configured of a bucket of the connection in use.
    pub fn known_bucket(&self, bucket: &Bucket) -> Option<&KnownBucket> {
        self.connection().known_buckets.iter().find(|known| known.bucket == *bucket)
    }

    /// What `config.toml` says of a bucket of the connection in use from now on.
    pub fn know_domain(&mut self, bucket: &Bucket, domain: Option<String>) {
        let known = &mut self.connections[self.current].known_buckets;
        match known.iter_mut().find(|known| known.bucket == *bucket) {
            Some(known) => known.public_domain = domain,
            None => known.extend(domain.map(|domain| KnownBucket {
                public_domain: Some(domain),
                ..KnownBucket::from(bucket.as_str())
            })),
        }
    }

    /// How the objects of a bucket are asked for.
    pub fn access(&self, bucket: &Bucket) -> AccessSpec {
        let passing = self.access.get(&(self.name().clone(), bucket.clone()));
        let known = || self.known_bucket(bucket).map(|known| &known.access);
        passing.or_else(known).cloned().unwrap_or_default()
    }

    /// How they are from now on: by `config.toml`, or until the session ends.
    pub fn know_access(&mut self, bucket: Bucket, access: AccessSpec, kept: bool) {
        let place = (self.name().clone(), bucket.clone());
        if !kept {
            self.access.insert(place, access);
            return;
        }
        self.access.remove(&place);
        self.connections[self.current].know_access(&bucket, access);
    }

    /// What was learned of a bucket's public domains in this session.
    pub fn publicity(&self, bucket: &Bucket) -> Option<&Publicity> {
        self.publicity.get(&(self.name().clone(), bucket.clone()))
    }

    pub fn know_publicity(&mut self, bucket: Bucket, publicity: Publicity) {
        self.publicity.insert((self.name().clone(), bucket), publicity);
    }

    /// Whether a bucket keeps versions: of most servers known once it was asked.
    pub fn versioning(&self, bucket: &Bucket) -> Option<Versioning> {
        if self.lacks(Capability::Versions).is_some() {
            return Some(Versioning::Never);
        }
        self.versioning.get(&(self.name().clone(), bucket.clone())).copied()
    }

    pub fn know_versioning(&mut self, bucket: Bucket, versioning: Versioning) {
        self.versioning.insert((self.name().clone(), bucket), versioning);
    }

    /// Whether the bucket was added by name and can be taken off again.
    pub fn remembers(&self, bucket: &Bucket) -> bool {
        self.remembered_buckets
            .iter()
            .any(|(name, known)| name == self.name() && known.bucket == *bucket)
    }

    pub fn remember_bucket(&mut self, bucket: KnownBucket, known: bool) {
        let name = self.name().clone();
        let is_it = |(owner, each): &(ConnectionName, KnownBucket)| {
            *owner == name && each.bucket == bucket.bucket
        };
        self.remembered_buckets.retain(|each| !is_it(each));
        if known {
            self.remembered_buckets.push((name, bucket));
        }
    }

    /// A connection that was saved, in place of another or at the end.
    pub fn put(&mut self, connection: Connection, replaced: Option<&ConnectionName>) {
        let replaced = replaced.unwrap_or(&connection.name).clone();
        for (name, _) in &mut self.remembered_buckets {
            if *name == replaced {
                name.clone_from(&connection.name);
            }
        }
        if replaced != connection.name {
            self.renamed.push((replaced.clone(), connection.name.clone()));
            self.settings.rename_connection(&replaced, &connection.name);
            self.rename_places(&replaced, &connection.name);
        }
        match self.connections.iter_mut().find(|each| each.name == replaced) {
            Some(same) => *same = connection,
            None => self.connections.push(connection),
        }
    }

    /// Names that no connection has any more, oldest first, with those that came in their place.
    pub fn renamed(&self) -> impl Iterator<Item = &(ConnectionName, ConnectionName)> {
        let free = |name: &ConnectionName| self.connections.iter().all(|each| each.name != *name);
        self.renamed.iter().filter(move |(old, _)| free(old))
    }

    /// Takes a connection off; the AWS chain stands in where none is left.
    pub fn remove(&mut self, name: &ConnectionName) {
        let in_use = self.name().clone();
        self.connections.retain(|each| each.name != *name);
        if self.connections.is_empty() {
            self.connections.push(Connection::chain("default".into(), None));
        }
        let at = self.connections.iter().position(|each| each.name == in_use);
        self.current = at.unwrap_or(0);
    }

    /// Buckets that were added to a connection by name.
    pub fn remembered(&self, name: &ConnectionName) -> Vec<KnownBucket> {
        let own = self.remembered_buckets.iter().filter(|(owner, _)| owner == name);
        own.map(|(_, bucket)| bucket.clone()).collect()
    }

    /// `false` where no connection has that name.
    pub fn change_to(&mut self, name: &ConnectionName) -> bool {
        let found = self.connections.iter().position(|each| each.name == *name);
        self.current = found.unwrap_or(self.current);
        found.is_some()
    }
}
