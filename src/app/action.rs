//! Lists every action of the interface in one table, which keymap, help, palette, footer and README
//! show.

use crate::app::scope::Scope;
use crate::domain::provider::Capability;

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionSpec {
    pub action: Action,
    /// As `keymap.toml` writes it.
    pub name: &'static str,
    /// Two or three words for the footer and the palette.
    pub title: &'static str,
    /// One line for the help.
    pub doc: &'static str,
    pub scopes: &'static [Scope],
    /// Default keys; chords of a sequence are separated by spaces. The first is the one that is
    /// shown.
    pub keys: &'static [&'static str],
    /// Where it has other default keys.
    pub elsewhere: &'static [(Scope, &'static [&'static str])],
    /// What it asks of the server somewhere that not every server can do.
    pub needs: &'static [(Scope, Capability)],
    /// It changes what is stored: not done on a read-only connection.
    pub writes: Option<Writes>,
}

/// Which time that is shown an action that writes begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// The present alone: it changes what is shown.
    Now,
    /// The past that is shown, too.
    AnyTime,
}

impl ActionSpec {
    /// Every scope it works in, with its default keys there.
    pub fn places(&self) -> impl Iterator<Item = (Scope, &'static [&'static str])> {
        let here = self.scopes.iter().map(|scope| (*scope, self.keys));
        here.chain(self.elsewhere.iter().copied())
    }

    pub fn works_in(&self, scope: Scope) -> bool {
        self.places().any(|(each, _)| each == scope)
    }
}

/// A key worth a place in the footer: its action, and two or three words for it here.
pub type KeyHint = (Action, &'static str);

impl Action {
    pub fn spec(self) -> &'static ActionSpec {
        &ACTIONS[self as usize]
    }

    pub fn from_name(name: &str) -> Option<Action> {
        ACTIONS.iter().find(|spec| spec.name == name).map(|spec| spec.action)
    }
}

/// Makes the enum and its table of one list, so that they cannot differ.
macro_rules! actions {
    (@keys) => {
        &[]
    };
    (@keys $elsewhere:expr) => {
        $elsewhere
    };
    (@writes) => {
        None
    };
    (@writes $when:ident) => {
        Some(Writes::$when)
    };
    ($($action:ident: $name:literal, $title:literal, $doc:literal, $scopes:expr, $keys:expr
        $(, also $elsewhere:expr)? $(, needs $needs:expr)? $(, writes $when:ident)?;)*) => {
        /// What a user wants, independent of the key it came from.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($action),*
        }

        /// Every action, in the order of [`Action`].
        pub const ACTIONS: &[ActionSpec] = &[$(ActionSpec {
            action: Action::$action,
            name: $name,
            title: $title,
            doc: $doc,
            scopes: $scopes,
            keys: $keys,
            elsewhere: actions!(@keys $($elsewhere)?),
            needs: actions!(@keys $($needs)?),
            writes: actions!(@writes $($when)?),
        }),*];
    };
}

const GLOBAL: &[Scope] = &[Scope::Global];
const LIST: &[Scope] = &[Scope::List];
const ROWS: &[Scope] = &[Scope::List, Scope::Text];
const BUCKETS: &[Scope] = &[Scope::Buckets];
const OBJECTS: &[Scope] = &[Scope::Objects];
const OBJECTS_SIDE: &[Scope] = &[Scope::Objects, Scope::Side];
const SIDE: &[Scope] = &[Scope::Side];
const DELETING: &[Scope] = &[Scope::Buckets, Scope::Objects, Scope::Side];
const BOTH: &[Scope] = &[Scope::Buckets, Scope::Objects];
const TRANSFERS: &[Scope] = &[Scope::Transfers];
const LINKED: &[Scope] = &[Scope::Objects, Scope::Side, Scope::Transfers];
const DIALOG: &[Scope] = &[Scope::Dialog];
const ASKED: &[Scope] = &[Scope::Dialog, Scope::Text];
const TEXT: &[Scope] = &[Scope::Text];
const MENU: &[Scope] = &[Scope::Menu];
const CONFIRM: &[Scope] = &[Scope::Confirm];
const PICKER: &[Scope] = &[Scope::Picker];
const UPLOADS: &[Scope] = &[Scope::Uploads];
const SETTINGS: &[Scope] = &[Scope::Settings];
const VERSIONS: &[Scope] = &[Scope::Versions];
const SIZES: &[Scope] = &[Scope::Sizes];
const BOOKMARKS: &[Scope] = &[Scope::Bookmarks];
const EDITOR: &[Scope] = &[Scope::Editor];
const DOCTOR: &[Scope] = &[Scope::Doctor];
const MAKING_BUCKETS: &[(Scope, Capability)] = &[(Scope::Buckets, Capability::CreateBucket)];
const DELETING_BUCKETS: &[(Scope, Capability)] = &[(Scope::Buckets, Capability::DeleteBucket)];
const LISTED_UPLOADS: &[(Scope, Capability)] = &[
    (Scope::Buckets, Capability::ListMultipartUploads),
    (Scope::Objects, Capability::ListMultipartUploads),
];
const KEPT_VERSIONS: &[(Scope, Capability)] =
    &[(Scope::Objects, Capability::Versions), (Scope::Side, Capability::Versions)];
const RESTORE: &[(Scope, Capability)] =
    &[(Scope::Objects, Capability::Restore), (Scope::Side, Capability::Restore)];
const ALWAYS: &[Scope] = &[Scope::Global, Scope::Dialog, Scope::Text];

// Name, title, help, scopes, keys; where it has other keys, what it needs and whether it writes.
actions! {
    // ─── move ───
    Down: "down", "down", "Move the cursor one row down", ROWS, &["j", "down"],
        also &[(Scope::Palette, &["ctrl-n"])];
    Up: "up", "up", "Move the cursor one row up", ROWS, &["k", "up"],
        also &[(Scope::Palette, &["ctrl-p"])];
    PageDown: "page-down", "page down", "Move one screen down", ROWS, &["pgdn"],
        also &[(Scope::Details, &["space"])];
    PageUp: "page-up", "page up", "Move one screen up", ROWS, &["pgup"];
    HalfPageDown: "half-page-down", "half page down",
        "Move half a screen down", LIST, &["ctrl-d"];
    HalfPageUp: "half-page-up", "half page up",
        "Move half a screen up", LIST, &["ctrl-u"];
    First: "first", "first row", "Go to the first row", LIST, &["g g", "home"];
    Last: "last", "last row",
        "Go to the last row; loads every page first", LIST, &["G", "end"];
    Open: "open", "open",
        "Open the bucket or prefix; on an object, its preview", LIST, &["l", "right", "enter"];
    Parent: "parent", "up one level",
        "Go to the level above; the cursor returns to where it was",
        OBJECTS_SIDE, &["h", "left", "backspace"],
        also &[
            (Scope::Picker, &["h", "left", "backspace"]),
            (Scope::Sizes, &["h", "left", "backspace"]),
        ];
    HistoryBack: "history-back", "back",
        "Go back to the previous place", GLOBAL, &["["];
    HistoryForward: "history-forward", "forward",
        "Go forward again after going back", GLOBAL, &["]"];
    GoToPath: "go-to-path", "go to path",
        "Type an s3:// location, a prefix or a key and go there", GLOBAL, &["g p"];
    GoToRoot: "go-to-root", "bucket root",
        "Go to the top of the bucket", OBJECTS, &["g r"];
    // ─── panes ───
    FocusNext: "focus-next", "next pane", "Move to the next pane", GLOBAL, &["tab"];
    FocusPrevious: "focus-previous", "previous pane",
        "Move to the previous pane", GLOBAL, &["shift-tab"];
    FocusBuckets: "focus-buckets", "buckets",
        "Move to the buckets", GLOBAL, &["1", "g b"];
    FocusObjects: "focus-objects", "objects", "Move to the objects", GLOBAL, &["2"];
    FocusTransfers: "focus-transfers", "transfers",
        "Move to the transfers", GLOBAL, &["t", "3"];
    FocusSide: "focus-side", "preview pane",
        "Move to the preview and details", GLOBAL, &["4"];
    Zoom: "zoom", "zoom", "Show only this pane", GLOBAL, &["+"];
    Unzoom: "unzoom", "restore panes", "Show all panes again", GLOBAL, &["_"];
    StepBack: "step-back", "step back",
        "Step back: stop loading, end a filter, drop marks, close a pane; never quits",
        GLOBAL, &["esc"];
    NewTab: "new-tab", "new tab",
        "Open this place in a new tab, which can use another connection", GLOBAL, &["T"];
    NextTab: "next-tab", "next tab", "Go to the next tab", GLOBAL, &["g t"];
    PreviousTab: "previous-tab", "previous tab",
        "Go to the previous tab", GLOBAL, &["g T"];
    CloseTab: "close-tab", "close tab",
        "Close the tab; transfers continue", GLOBAL, &["W"];
    // ─── look ───
    Filter: "filter", "filter",
        "Show only rows whose names contain every word typed", OBJECTS, &["/"],
        also &[(Scope::Picker, &["/"]), (Scope::Help, &["/"])];
    Find: "find", "find",
        "Find objects below this prefix by name, size, age, class or type", OBJECTS, &["f"];
    Jump: "jump", "jump",
        "Type the first letters of a key and go there, loaded or not", OBJECTS, &["'"];
    Sort: "sort", "sort",
        "Sort rows by name, size or time, up or down", OBJECTS, &["s"];
    Mark: "mark", "mark", "Mark or unmark the row and move down", OBJECTS, &["space"];
    MarkRange: "mark-range", "mark range",
        "Mark a range of rows from here; press again to end", OBJECTS, &["v"];
    MarkAll: "mark-all", "mark all",
        "Mark all rows shown; loads every page first", OBJECTS, &["ctrl-a"],
        also &[(Scope::Picker, &["ctrl-a"])];
    InvertMarks: "invert-marks", "invert marks",
        "Mark the unmarked rows and unmark the marked ones", OBJECTS, &["*"],
        also &[(Scope::Picker, &["*"])];
    Refresh: "refresh", "refresh",
        "List again; the cursor stays on its row", GLOBAL, &["R", "f5"],
        also &[
            (Scope::Doctor, &["r", "R"]),
            (Scope::Settings, &["r", "R"]),
            (Scope::Sizes, &["R"]),
        ];
    Watch: "watch", "watch",
        "List again every 5 seconds, and highlight what is new, changed or gone",
        OBJECTS, &["g w"];
    Details: "details", "details",
        "Show everything the server says about the object", OBJECTS_SIDE, &["i"];
    Preview: "preview", "preview",
        "Look inside the object: text, table, tree, picture, archive or bytes",
        OBJECTS_SIDE, &["p"];
    Sizes: "sizes", "sizes",
        "Count what is below this prefix, or the marked rows, and show where the bytes are",
        OBJECTS, &["w"];
    FollowCursor: "follow-cursor", "preview follows",
        "Let the preview follow the cursor, or stay on its object", OBJECTS_SIDE, &["ctrl-p"];
    Index: "index", "index this prefix",
        "Keep the keys below this prefix on this machine, so that find answers at once",
        OBJECTS, &["g i"];
    IndexChanges: "index-changes", "changes since the index",
        "List what changed since this prefix was indexed, and refresh the index",
        OBJECTS, &["g I"];
    Types: "types", "wrong content types",
        "List objects below this prefix whose Content-Type does not fit, and mend them",
        OBJECTS, &["g c"], writes Now;
    // ─── look inside ───
    SearchPreview: "search-preview", "search",
        "Search in the whole object: letters, /regex/ or bytes like 0x504b", SIDE, &["/"];
    NextMatch: "next-match", "next match", "Go to the next match", SIDE, &["n"];
    PreviousMatch: "previous-match", "previous match",
        "Go to the match before", SIDE, &["N"];
    GoToLine: "go-to-line", "go to line",
        "Go to a line, a byte like @4096, or a part like 50%", SIDE, &["#"];
    TailEnd: "tail-end", "watch the end",
        "Go to the end of the text, and show what is added to it", SIDE, &["F"];
    OtherForm: "other-form", "other form",
        "Show it in another form: as text, as bytes, or what is known of it", SIDE, &["x"];
    CopyValue: "copy-value", "copy value",
        "Copy the value, row or line to the clipboard", SIDE, &["v"];
    WrapLines: "wrap-lines", "wrap", "Break long lines, or scroll them", SIDE, &["w"];
    ScrollRight: "scroll-right", "scroll right",
        "Scroll to the right; unfold what is folded", SIDE, &["right"];
    SortRows: "sort-rows", "sort",
        "Order the rows that are here by the first column on screen", SIDE, &["s"];
    HideColumn: "hide-column", "hide column",
        "Hide the first column on screen; the last one shows all again", SIDE, &["-"];
    FoldAll: "fold-all", "fold all", "Fold the whole tree", SIDE, &["{"];
    UnfoldAll: "unfold-all", "unfold all", "Unfold the whole tree", SIDE, &["}"];
    UnpackMember: "unpack-member", "unpack",
        "Save the member of the archive as a file, without the rest of it", SIDE, &["u"];
    // ─── act ───
    Download: "download", "download",
        "Download the marked rows or the current one", OBJECTS_SIDE, &["d"];
    Upload: "upload", "upload",
        "Choose or type files and folders to upload here", OBJECTS, &["u"], writes Now;
    CopyLink: "copy-link", "link",
        "Copy a presigned link with the default expiry", LINKED, &["y"];
    LinkMenu: "link-menu", "more links",
        "Choose a link: expiry, upload link, QR code, public URL, curl", OBJECTS_SIDE, &["Y"];
    OpenLink: "open-link", "open link",
        "Open a presigned link in the web browser", OBJECTS_SIDE, &["O"];
    Copy: "copy", "copy",
        "Copy to another place, of this connection or another", OBJECTS_SIDE, &["c"];
    Move: "move", "move",
        "Move to another place: copy, check the copy, then delete the source",
        OBJECTS_SIDE, &["m"], writes Now;
    Rename: "rename", "rename",
        "Rename the object or prefix: copy, check the copy, then delete the old one",
        OBJECTS_SIDE, &["r"], writes Now;
    Metadata: "metadata", "metadata",
        "Show and change headers, metadata, tags, class, encryption and ACL", OBJECTS_SIDE, &["M"],
        writes Now;
    EditObject: "edit", "edit",
        "Edit the object in your editor, or in the window if you have set none; saved only if \
         nobody else changed it",
        OBJECTS_SIDE, &["e"], writes Now;
    EditHere: "edit-here", "edit here",
        "Edit a small text in the window, whatever your editor is", OBJECTS_SIDE, &["g E"],
        writes Now;
    NewObject: "new-object", "new object",
        "Write a new object in your editor, or in the window if you have set none", OBJECTS, &["N"],
        writes Now;
    Thaw: "thaw", "thaw",
        "Ask for archived objects to be made readable", OBJECTS_SIDE, &["g h"],
        needs RESTORE, writes Now;
    BucketAccess: "bucket-access", "access",
        "Pay for requests of the bucket, or give a key of your own (SSE-C)",
        OBJECTS_SIDE, &["g k"];
    Delete: "delete", "delete",
        "Delete; asks first and shows how many objects and bytes", DELETING, &["D", "del"],
        also &[(Scope::Settings, &["D", "del"]), (Scope::Sizes, &["D", "del"])],
        needs DELETING_BUCKETS, writes Now;
    DeleteVersions: "delete-versions", "delete versions",
        "Delete for good, with all versions and delete markers; asks for the name",
        OBJECTS_SIDE, &["g D"], needs KEPT_VERSIONS, writes Now;
    Versions: "versions", "versions",
        "List the versions of the object; of a prefix, what was deleted below it",
        OBJECTS_SIDE, &["V"],
        also &[(Scope::Versions, &["V"])], needs KEPT_VERSIONS;
    Compare: "compare", "compare",
        "Show how two marked rows differ, or this row and a file, folder or other place",
        OBJECTS_SIDE, &["="];
    TimeTravel: "time-travel", "time travel",
        "Show the bucket as it was at a moment; again comes back to now",
        OBJECTS, &["g @"], needs KEPT_VERSIONS;
    BringBack: "bring-back", "bring back",
        "Restore the marked rows, or the whole place, as shown from the past",
        OBJECTS, &["g u"], needs KEPT_VERSIONS, writes AnyTime;
    New: "new", "new", "Create a bucket, or a prefix in the bucket", BOTH, &["n"],
        needs MAKING_BUCKETS, writes Now;
    AddBucket: "add-bucket", "add by name",
        "Add a bucket that the credentials may use but not list", BUCKETS, &["a"];
    UnfinishedUploads: "unfinished-uploads", "unfinished uploads",
        "List the bucket's unfinished multipart uploads, and abort them", BOTH, &["U"],
        needs LISTED_UPLOADS;
    BucketSettings: "bucket-settings", "settings",
        "Show and change the settings of the bucket", BOTH, &["B"];
    // ─── transfers ───
    CancelJob: "cancel-job", "cancel", "Cancel the transfer", TRANSFERS, &["x"];
    PauseJob: "pause-job", "pause",
        "Pause or resume the transfer", TRANSFERS, &["space"];
    RetryJob: "retry-job", "retry", "Retry what failed", TRANSFERS, &["r"];
    JobEarlier: "job-earlier", "earlier",
        "Move the transfer up in the queue", TRANSFERS, &["K"];
    JobLater: "job-later", "later",
        "Move the transfer down in the queue", TRANSFERS, &["J"];
    ClearFinished: "clear-finished", "clear finished",
        "Remove finished, failed and cancelled transfers from the list", TRANSFERS, &["c"];
    JobDetails: "job-details", "details",
        "Show the transfer with every error in full", TRANSFERS, &["enter", "i"];
    Unfold: "unfold", "unfold",
        "Show which objects are active and which failed", TRANSFERS, &["l", "right"];
    Fold: "fold", "fold",
        "Hide the objects below the transfer", TRANSFERS, &["h", "left"];
    RetryFailed: "retry-failed", "retry all",
        "Retry what failed in every transfer", TRANSFERS, &["R"];
    PauseAll: "pause-all", "pause all", "Pause every transfer", TRANSFERS, &["p"];
    ResumeAll: "resume-all", "resume all",
        "Resume every paused transfer", TRANSFERS, &["u"];
    RaisePriority: "raise-priority", "raise priority",
        "Raise the priority: low, normal, high", TRANSFERS, &[">"];
    LowerPriority: "lower-priority", "lower priority",
        "Lower the priority: high, normal, low", TRANSFERS, &["<"];
    LimitRate: "limit-rate", "limit",
        "Limit the bandwidth of all transfers together", TRANSFERS, &["w"];
    Reveal: "reveal", "reveal",
        "Show the file or folder of the transfer in the file browser", TRANSFERS, &["o"];
    // ─── windlass ───
    SwitchConnection: "switch-connection", "connection",
        "Switch to another connection", GLOBAL, &["P"];
    Doctor: "doctor", "doctor",
        "Test the connection step by step: what works, what does not, and why", GLOBAL, &["X"],
        also &[(Scope::Connections, &["X"])];
    AddConnection: "add-connection", "new connection",
        "Add a connection to another account or server", GLOBAL, &["g n"],
        also &[(Scope::Connections, &["n"])];
    EditConnection: "edit-connection", "change connection",
        "Change the connection in use, or give it new keys", GLOBAL, &["g e"],
        also &[(Scope::Connections, &["e"])];
    RemoveConnection: "remove-connection", "remove connection",
        "Remove the connection in use and its keys; asks first", GLOBAL, &["g x"],
        also &[(Scope::Connections, &["D", "del"])];
    SignIn: "sign-in", "sign in",
        "Sign in to the AWS profile again with aws sso login", GLOBAL, &["g s"];
    LastPlace: "last-place", "last place",
        "Go back to the connection and place that were open when the last session ended",
        GLOBAL, &["g l"];
    Bookmarks: "bookmarks", "bookmarks",
        "Go to a bookmark or a recent place; add or remove bookmarks", GLOBAL, &["b"],
        also &[(Scope::Bookmarks, &["b"])];
    Help: "help", "help", "Show the keys that work here", GLOBAL, &["?", "f1"],
        also &[(Scope::Dialog, &["?", "f1"]), (Scope::Help, &["?", "f1"])];
    Guide: "guide", "guide",
        "Read the guide: connecting, transfers, links, keys, trouble", GLOBAL, &["g ?"];
    Palette: "palette", "palette",
        "Run any action by its name, or go to an s3:// location", GLOBAL, &[":"];
    Events: "events", "events",
        "Show what happened, with every error in full", GLOBAL, &["E"],
        also &[(Scope::Events, &["E"])];
    Cost: "cost", "cost",
        "Show this session's requests, and what this place costs a month here and elsewhere",
        GLOBAL, &["$"];
    Links: "links", "links",
        "List the links that were handed out, and copy one again", GLOBAL, &["g y"];
    Suspend: "suspend", "suspend",
        "Go to the shell; fg brings Windlass back", ALWAYS, &["ctrl-z"];
    Redraw: "redraw", "redraw", "Redraw the whole window", ALWAYS, &["ctrl-l"];
    Quit: "quit", "quit",
        "Quit Windlass; asks first while transfers run", GLOBAL, &["q", "ctrl-c"];
    // ─── dialogs ───
    Accept: "accept", "accept", "Accept what is chosen or typed", ASKED, &["enter"];
    Dismiss: "dismiss", "cancel",
        "Close without doing anything", ASKED, &["esc", "ctrl-c"],
        also &[(Scope::Editor, &["esc"])];
    NextField: "next-field", "next", "Go to the next field or answer", ASKED, &["tab"];
    PreviousField: "previous-field", "previous",
        "Go to the previous field or answer", ASKED, &["shift-tab"];
    Toggle: "toggle", "toggle",
        "Mark the row or change the answer", DIALOG, &["space"];
    Yes: "yes", "yes", "Answer yes", DIALOG, &["y"],
        also &[(Scope::Confirm, &["Y"])];
    No: "no", "no", "Answer no", DIALOG, &["n"],
        also &[(Scope::Confirm, &["N"])];
    ToYes: "to-yes", "to yes", "Move to the answer on the left", CONFIRM, &["left"];
    ToNo: "to-no", "to no", "Move to the answer on the right", CONFIRM, &["right"];
    Close: "close", "close", "Close the menu, list or page", MENU, &["q"];
    ShowSecret: "show-secret", "show the secret",
        "Show or hide the secret you are typing", TEXT, &["ctrl-r"];
    TestConnection: "test-connection", "test",
        "Test the connection you are entering again", TEXT, &["ctrl-t"];
    SaveConnection: "save-connection", "save",
        "Save the connection you are entering, whether it works or not", TEXT, &["ctrl-o"];
    HiddenFiles: "hidden-files", "hidden files",
        "Show or hide files whose names begin with a dot", PICKER, &["."];
    HomePath: "home-path", "path from home",
        "Type a path that begins in your home folder", PICKER, &["~"];
    WriteSettings: "write-settings", "settings",
        "Choose type, class, tags and more for the objects that you write",
        TEXT, &["ctrl-g"],
        also &[(Scope::Picker, &["ctrl-g"])];
    SaveText: "save-text", "save", "Save the text you are editing", EDITOR, &["ctrl-o"];
    MarkAbandoned: "mark-abandoned", "mark abandoned",
        "Mark all uploads that look abandoned, or unmark all", UPLOADS, &["a", "ctrl-a"];
    AbortUploads: "abort-uploads", "abort",
        "Abort the marked uploads or the current one; asks first", UPLOADS, &["D", "x"], writes Now;
    MarkEvery: "mark-every", "mark every",
        "Mark all versions, or unmark all", VERSIONS, &["a", "ctrl-a"];
    RestoreVersion: "restore-version", "restore",
        "Restore the version under the cursor, or what was deleted and is marked",
        VERSIONS, &["r", "u"], writes Now;
    SaveVersion: "save-version", "download",
        "Download the version under the cursor", VERSIONS, &["d"];
    LinkVersion: "link-version", "link",
        "Copy a presigned link to the version under the cursor", VERSIONS, &["y"];
    CompareVersion: "compare-version", "compare",
        "Show how this version differs from the one before it",
        VERSIONS, &["="];
    VersionDetails: "version-details", "details",
        "Show everything the server says about the version", VERSIONS, &["i"];
    DeleteVersion: "delete-version", "delete for good",
        "Delete the marked versions or the current one for good; asks first",
        VERSIONS, &["D", "del"], writes Now;
    GoThere: "go-there", "go there",
        "Close this and go to the row's place", SIZES, &["o"];
    CountVersions: "count-versions", "versions too",
        "Count old versions, delete markers and unfinished uploads too", SIZES, &["V"];
    AddBookmark: "add-bookmark", "add",
        "Add the place that is open, with its search, to the bookmarks", BOOKMARKS, &["a"];
    RemoveBookmark: "remove-bookmark", "remove",
        "Take the bookmark away", BOOKMARKS, &["D", "x", "del"];
    TestWriting: "test-writing", "test writing",
        "Test also whether objects can be written; asks first", DOCTOR, &["w"], writes Now;
    ChangeSetting: "change-setting", "change",
        "Change the setting by a form", SETTINGS, &["c"], writes Now;
    EditSetting: "edit-setting", "edit",
        "Edit the setting's document in the editor; the difference is shown first",
        SETTINGS, &["e"], writes Now;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_says_what_it_does_and_has_a_name_of_its_own() {
        for spec in ACTIONS {
            assert!(!spec.title.is_empty() && !spec.doc.is_empty(), "{}", spec.name);
            assert!(!spec.scopes.is_empty() && !spec.keys.is_empty(), "{}", spec.name);
            assert!(spec.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
            assert_eq!(Action::from_name(spec.name), Some(spec.action));
        }
    }
}
