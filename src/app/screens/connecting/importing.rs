//! Takes a connection from another program, or from a file that is named by hand.

use crate::app::context::Context;
use crate::app::dialogs::completion::Asks;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::typed_path::{pasted_path, resolve};
use crate::app::effect::ConnectionRequest;
use crate::app::screens::connecting::form::Form;
use crate::app::screens::connecting::{Connecting, Stage, menus, setting};
use crate::config::import::Import;

impl Connecting {
    pub(super) fn open_import(&mut self, row: usize, cx: &mut Context<'_>) {
        let import = self.origins.as_ref().and_then(|origins| origins.imports.get(row));
        let Some((_, import)) = import else {
            let hint = "AWS-style (as for s5cmd --credentials-file), or of rclone, s3cmd or mc";
            let (folder, home) = (cx.session.working_folder.clone(), cx.session.home.clone());
            let asks = Asks::LocalPath { folder, home, files: true };
            let prompt = Prompt::new("Import from a file", hint, "", some_path).asking(asks);
            self.stage = Stage::File(prompt);
            return;
        };
        if let Ok(draft) = &import.draft {
            self.open_form(Form::of_draft(draft, setting(cx)), cx);
        }
    }

    pub(super) fn show_imports(&mut self, at: usize) {
        if let Some(origins) = &self.origins {
            self.stage = Stage::Imports(menus::imports(origins).starting_at(at));
        }
    }

    pub(super) fn read_file(&mut self, typed: &str, cx: &mut Context<'_>) {
        let session = cx.session;
        let path = resolve(&pasted_path(typed), &session.working_folder, session.home.as_deref());
        match (path, &mut self.stage) {
            (Ok(path), _) => self.finding = Some(cx.request(ConnectionRequest::ReadImports(path))),
            (Err(why), Stage::File(prompt)) => prompt.refuse(why),
            _ => {}
        }
    }

    pub(super) fn on_imports(&mut self, imports: Vec<Import>) {
        self.finding = None;
        if let Stage::File(_) = self.stage {
            let known = self.origins.get_or_insert_default();
            let at = known.imports.len();
            known.imports.extend(imports.into_iter().map(|import| ("file", import)));
            self.show_imports(at);
        }
    }
}

fn some_path(text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Err(String::new()) } else { Ok(()) }
}
