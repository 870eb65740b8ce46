//! Names where the bytes of a job are: on this machine, and as an object.

use std::path::{Path, PathBuf};

use crate::app::context::{Context, Intent};
use crate::app::event::Revealed;
use crate::app::toasts::Level;
use crate::domain::object::ObjectAddress;
use crate::domain::transfer::{Target, Work};

/// The object a link can be made of.
pub fn remote_object(work: &Work) -> Option<ObjectAddress> {
    let (bucket, target) = match work {
        Work::Upload { bucket, target, .. } | Work::Download { bucket, source: target, .. } => {
            (bucket, target)
        }
        Work::Copy { to_connection: None, to_bucket, target, .. } => (to_bucket, target),
        Work::Copy { .. } | Work::Delete { .. } => return None,
    };
    target.object(bucket)
}

/// The file or folder of this machine.
pub fn local_path(work: &Work) -> Option<PathBuf> {
    match work {
        Work::Upload { source, .. } => Some(source.clone()),
        Work::Download { folder, name: Some(name), .. } => Some(folder.join(name)),
        Work::Download { folder, source, .. } => {
            Some(source.key().map_or_else(|| folder.clone(), |key| folder.join(key.name())))
        }
        Work::Copy { .. } | Work::Delete { .. } => None,
    }
}

/// Where it went, in the user's words: `~/Downloads/x.iso`, `s3://media/site/`; raw.
pub fn destination(work: &Work, home: Option<&Path>) -> Option<String> {
    match work {
        Work::Upload { bucket, target, .. } => Some(uri(bucket.as_str(), target)),
        Work::Copy { to_connection: Some(name), to_bucket, target, .. } => {
            Some(format!("{name}:{to_bucket}/{}", target.as_str()))
        }
        Work::Copy { to_bucket, target, .. } => Some(uri(to_bucket.as_str(), target)),
        Work::Download { .. } => local_path(work).map(|path| below_home(&path, home)),
        Work::Delete { .. } => None,
    }
}

pub fn uri(bucket: &str, target: &Target) -> String {
    format!("s3://{bucket}/{}", target.as_str())
}

pub fn below_home(path: &Path, home: Option<&Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

/// Says where it is, where it could not be shown; its path is on the clipboard then.
pub fn on_revealed(revealed: &Revealed, cx: &mut Context<'_>) {
    match revealed {
        Revealed::Shown(_) => {}
        Revealed::NoDesktop(path) => {
            let text = path.display().to_string();
            let what = below_home(path, cx.session.home.as_deref());
            cx.ask(Intent::Copy { text, what, note: "no file browser here".to_owned() });
        }
        Revealed::Gone(path) => {
            let path = below_home(path, cx.session.home.as_deref());
            cx.toast(Level::Problem, format!("{path} no longer exists"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_is_where_it_was_put_and_an_upload_where_it_went() {
        let home = Some(Path::new("/home/ada"));
        let down = |source, name: Option<&str>| Work::Download {
            bucket: "media".into(),
            source,
            folder: "/home/ada/Downloads".into(),
            name: name.map(str::to_owned),
            size: None,
        };
        let said = |work: &Work| destination(work, home).unwrap();
        assert_eq!(said(&down(Target::Object("a/x.iso".into()), None)), "~/Downloads/x.iso");
        assert_eq!(said(&down(Target::Object("a/x".into()), Some("y"))), "~/Downloads/y");
        assert_eq!(said(&down(Target::Prefix("a/".into()), None)), "~/Downloads");
        let up = Work::Upload {
            source: "/tmp/x".into(),
            bucket: "media".into(),
            target: Target::Prefix("site/".into()),
            headers: crate::domain::object::ObjectHeaders::default(),
        };
        assert_eq!(said(&up), "s3://media/site/");
        assert_eq!(local_path(&up), Some("/tmp/x".into()));
        assert_eq!(below_home(Path::new("/opt/x"), home), "/opt/x");
        assert_eq!(below_home(Path::new("/home/ada"), home), "~");
    }
}
