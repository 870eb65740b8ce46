//! What goes wrong on this machine and in what the user wrote.

use crate::domain::error::explain::explanation::Explanation;
use crate::domain::error::{
    Error, ErrorKind, OPEN_FOLDER, OPEN_JOURNAL, READ_FILE, READ_JOURNAL, SAVE_FILE,
};

pub fn explain(error: &Error) -> Option<Explanation> {
    disk(error).or_else(|| ourselves(error))
}

fn disk(error: &Error) -> Option<Explanation> {
    Some(match error.kind {
        ErrorKind::LocalMissing => Explanation::new(
            "the file or folder is not there",
            "it was moved or deleted, or a part of its path is spelled differently",
            "check the path",
        ),
        ErrorKind::LocalDenied => Explanation::new(
            "this user may not read or write there",
            "the permissions of the file or folder forbid it, or the disk is mounted read-only",
            "choose another folder, or change the permissions",
        ),
        ErrorKind::LocalExists => Explanation::new(
            "the file exists already; it was left as it is",
            "something of this name was there before",
            "choose overwrite, skip or keep both, or another folder",
        ),
        ErrorKind::DiskFull => Explanation::new(
            "the disk is full",
            "no room is left, or a quota or the largest file size is reached",
            "make room or choose another folder, then retry; what was there before is untouched",
        ),
        ErrorKind::LocalSpecial => special(error),
        ErrorKind::LocalName if error.operation == "name the object" => Explanation::new(
            error.detail_or("the file's name cannot be a key"),
            "keys are UTF-8, 1,024 bytes at most, and on some servers of one Unicode form",
            "rename the file and upload it again; everything else was taken",
        ),
        ErrorKind::LocalName if error.operation == OPEN_FOLDER => Explanation::new(
            "the destination is a file, not a folder; it was left as it is",
            "the path, or a part of it, names a file or a link where a folder is needed",
            "choose another folder",
        ),
        ErrorKind::LocalName => Explanation::new(
            "the file system takes no such name",
            "the key is too long, or has characters this file system does not take",
            "download it by itself under a name of your own",
        ),
        ErrorKind::LocalIo => Explanation::new(
            format!(
                "this machine cannot {}: {}",
                error.operation,
                error.detail_or("no reason was given")
            ),
            "the disk, a network mount or a limit of the system",
            "look at the system's log where it stays",
        ),
        _ => return None,
    })
}

/// What is no regular file, where one is read or is to be.
fn special(error: &Error) -> Explanation {
    let what = error.detail_or("it is no regular file");
    match error.operation.as_str() {
        SAVE_FILE => Explanation::new(
            format!("{what}; it was left as it is"),
            "a download replaces files and nothing else: no folder, link, pipe, socket or device",
            "choose another folder or another name, or take away what is there",
        ),
        READ_FILE => Explanation::new(
            what,
            "its bytes are made as they are read, and it is too long to be read before it is sent",
            "send it as a stream: cat FILE | windlass put - s3://bucket/key",
        ),
        _ => Explanation::new(
            what,
            "a link could lead anywhere, and a pipe, socket or device may have no end",
            "send a link's target or a pipe by naming it, and a device through a program: \
             dd if=DEVICE | windlass put - s3://bucket/key",
        ),
    }
}

fn ourselves(error: &Error) -> Option<Explanation> {
    Some(match error.kind {
        ErrorKind::Config if error.operation == OPEN_JOURNAL => Explanation::new(
            format!("the queue on disk is left alone: {}", error.detail_or("it is not readable")),
            "what this version does not know it could damage",
            "finish that queue with the newer Windlass; transfers of this one run from memory",
        ),
        ErrorKind::Config if error.operation == READ_JOURNAL => Explanation::new(
            error.detail_or("the queue has entries that are not known"),
            "a newer Windlass wrote them; they are kept for it and do nothing here",
            "finish those transfers with the newer Windlass",
        ),
        ErrorKind::Config => Explanation::new(
            error.detail_or("the configuration cannot be used"),
            "a file, flag or variable says something Windlass cannot follow",
            "correct it where it is named; nothing of it was changed",
        ),
        ErrorKind::Usage => Explanation::new(
            error.detail_or("the command is not complete"),
            "an argument is missing, unknown, or does not go with another",
            "windlass --help shows what is expected",
        ),
        ErrorKind::Partial => Explanation::new(
            error.detail_or("some of many did not succeed"),
            "each has its own reason, listed with it",
            "look at them one by one, then retry: only what is left is done again",
        ),
        _ => return None,
    })
}
