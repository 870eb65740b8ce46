//! Explains what goes wrong on this machine and in what the user wrote.

use crate::domain::error::explain::explanation::Explanation;
use crate::domain::error::remedy::Remedy;
use crate::domain::error::{
    EDIT, Error, ErrorKind, MAKE_FOLDER, OPEN_FOLDER, OPEN_JOURNAL, READ_FILE, READ_INDEX,
    READ_JOURNAL, READ_STDIN, Renewal, SAVE_FILE, TEMPORARY,
};

const OWN_FOLDERS: &str =
    "check the path; WINDLASS_CONFIG_DIR and WINDLASS_STATE_DIR name Windlass's own folders";

pub fn explain(error: &Error) -> Option<Explanation> {
    disk(error).or_else(|| ourselves(error))
}

fn disk(error: &Error) -> Option<Explanation> {
    Some(match error.kind {
        ErrorKind::LocalMissing if error.operation == READ_INDEX => Explanation::new(
            "there is no index of this place on this machine",
            "an index is made once by listing the place, and then searched without the server",
            Remedy::MakeIndex,
        ),
        ErrorKind::LocalIo if error.operation == READ_INDEX => Explanation::new(
            error.detail_or("the index cannot be read"),
            "its file was changed or cut, or another version of Windlass wrote it",
            Remedy::MakeIndex,
        ),
        ErrorKind::LocalMissing | ErrorKind::LocalDenied | ErrorKind::LocalExists
            if error.operation == MAKE_FOLDER =>
        {
            Explanation::new(
                format!("the folder cannot be made: {}", error.detail_or("no reason was given")),
                "Windlass keeps files there; the disk is read-only, or you may not write there",
                OWN_FOLDERS,
            )
        }
        ErrorKind::LocalMissing => Explanation::new(
            "the file or folder does not exist",
            "it was moved or deleted, or its path is misspelled",
            "check the path",
        ),
        ErrorKind::LocalDenied => Explanation::new(
            "you do not have permission to read or write there",
            "the permissions of the file or folder forbid it, or the disk is mounted read-only",
            "choose another folder, or change the permissions",
        ),
        ErrorKind::LocalExists => Explanation::with(
            "the file already exists; it was not changed",
            "something with this name was there before",
            [Remedy::DecideExisting, "or choose another folder".into()],
        ),
        ErrorKind::DiskFull => Explanation::new(
            "the disk is full",
            "no space is left, or a quota or a file size limit is reached",
            "free some space or choose another folder, then retry; existing files are untouched",
        ),
        ErrorKind::LocalSpecial if error.operation == READ_STDIN => Explanation::new(
            error.detail_or("stdin cannot be read"),
            "- stands for the bytes that another program writes, or for a file behind <",
            "name the file or folder in place of -; for an empty object write < /dev/null",
        ),
        ErrorKind::LocalSpecial => special(error),
        ErrorKind::LocalName if error.operation == "name the object" => Explanation::new(
            error.detail_or("the file's name cannot be a key"),
            "keys are UTF-8, at most 1,024 bytes, and some servers accept only one Unicode form",
            "rename the file and upload it again; everything else was accepted",
        ),
        ErrorKind::LocalName if error.operation == OPEN_FOLDER => Explanation::new(
            "the destination is a file, not a folder; it was not changed",
            "part of the path is a file or a link where a folder is needed",
            "choose another folder",
        ),
        ErrorKind::LocalName => Explanation::new(
            "the file system does not allow this name",
            "the key is too long, or has characters this file system does not allow",
            "download it by itself under another name",
        ),
        ErrorKind::LocalIo if error.operation == EDIT => Explanation::new(
            format!("the object was not edited: {}", error.detail_or("the editor failed")),
            "the editor is that of $VISUAL, else of $EDITOR, else vi",
            "look at what the editor said, or name another one",
        ),
        ErrorKind::LocalIo if error.operation == TEMPORARY => Explanation::new(
            format!(
                "the folder for temporary files cannot be used: {}",
                error.detail_or("no reason was given")
            ),
            "it is the one that TMPDIR names, else /tmp",
            "set TMPDIR to a folder that you may write to",
        ),
        ErrorKind::LocalIo if error.lacks_open_files() => Explanation::new(
            format!("this machine lets Windlass open too few files: {}", error.detail),
            "each transfer needs a file and a connection, and the limit of the shell is low",
            "raise it: ulimit -n 1024",
        ),
        ErrorKind::LocalIo if error.detail.starts_with("Is a directory") => Explanation::new(
            "expected a file, but it is a folder",
            "a folder has the name of a file that is read or written",
            "rename the folder, or take it away",
        ),
        ErrorKind::LocalIo if error.detail.starts_with("Not a directory") => Explanation::new(
            "a part of the path is a file where a folder is needed",
            "the path is misspelled, or a file has the name of a folder",
            OWN_FOLDERS,
        ),
        ErrorKind::LocalIo => Explanation::new(
            format!(
                "this machine cannot {}: {}",
                error.operation,
                error.detail_or("no reason was given")
            ),
            "it may be the disk, a network mount or a system limit",
            "if it happens again, check the system log",
        ),
        _ => return None,
    })
}

/// What is no regular file, where one is read or is to be.
fn special(error: &Error) -> Explanation {
    let what = error.detail_or("it is not a regular file");
    match error.operation.as_str() {
        SAVE_FILE => Explanation::new(
            format!("{what}; it was left as it is"),
            "a download replaces files and nothing else: no folder, link, pipe, socket or device",
            "choose another folder or another name, or take away what is there",
        ),
        READ_FILE => Explanation::new(
            what,
            "its bytes are made as they are read, and it is too long to be read before it is sent",
            Remedy::Stream("cat FILE"),
        ),
        _ => Explanation::with(
            what,
            "a link could lead anywhere, and a pipe, socket or device may have no end",
            [
                "send a link's target or a pipe by naming it, and a device through a program"
                    .into(),
                Remedy::Stream("dd if=DEVICE"),
            ],
        ),
    }
}

fn ourselves(error: &Error) -> Option<Explanation> {
    Some(match error.kind {
        ErrorKind::Config if error.operation == OPEN_JOURNAL => Explanation::new(
            format!("the queue on disk was not changed: {}", error.detail_or("it cannot be read")),
            "this version could damage what it does not know",
            "finish that queue with the newer Windlass; this version keeps its transfers in memory",
        ),
        ErrorKind::Config if error.operation == READ_JOURNAL => Explanation::new(
            error.detail_or("the queue has entries this version does not know"),
            "a newer Windlass wrote them; they are kept for it and do nothing here",
            "finish those transfers with the newer Windlass",
        ),
        ErrorKind::Config if error.renewal == Some(Renewal::NewKeys) => Explanation::new(
            error.detail_or("the connection's keys cannot be used"),
            "they were removed, or another program changed the file they are kept in",
            Remedy::ChangeKeys,
        ),
        ErrorKind::NotConfigured => Explanation::new(
            error.detail_or("config.toml has no such connection"),
            "it comes from the AWS files, the command line or the demo, and Windlass changes only \
             config.toml",
            Remedy::AddConnection,
        ),
        ErrorKind::Config => Explanation::new(
            error.detail_or("the configuration cannot be used"),
            "a file, flag or variable has a value Windlass cannot use",
            "correct that value; nothing was changed",
        ),
        ErrorKind::Usage => Explanation::new(
            error.detail_or("the command cannot be run as it is written"),
            "an argument is missing, unknown, or conflicts with another",
            Remedy::ReadHelp,
        ),
        ErrorKind::Partial => Explanation::new(
            error.detail_or("some of it could not be done"),
            "each has its own reason, shown next to it",
            "check each one, then retry; what is done is not done again",
        ),
        _ => return None,
    })
}
