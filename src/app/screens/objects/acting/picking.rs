//! Asks which files and folders of this machine are uploaded.

use crate::app::context::Context;
use crate::app::dialogs::Dialog;
use crate::app::dialogs::picker::Picker;
use crate::app::dialogs::question::Question;
use crate::app::effect::MachineRequest;
use crate::app::event::FolderEntry;
use crate::app::screens::objects::acting::{About, Acting};
use crate::app::screens::objects::giving::told;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;

impl Acting {
    pub(super) fn ask_files(
        &mut self,
        bucket: Bucket,
        prefix: Prefix,
        pasted: Option<&str>,
        cx: &mut Context<'_>,
    ) {
        let folder = self.upload_folder.clone();
        let folder = folder.unwrap_or_else(|| cx.session.working_folder.clone());
        let title = format!("Upload to s3://{bucket}/{prefix}");
        let mut picker = Picker::new(title, folder, cx.session.home.clone());
        if let Some(text) = pasted {
            picker.on_paste(text);
        }
        let remembered = cx.session.settings.remembered_of(cx.session.name(), &bucket);
        let given = remembered.cloned().unwrap_or_default();
        picker.note = told(&given, remembered);
        let about = About::Upload { bucket, prefix, given };
        self.question.ask(Dialog::Picker(Box::new(picker)), about);
        self.read_wanted(cx);
    }

    /// Asks for the folder that the picker wants next.
    pub(super) fn read_wanted(&mut self, cx: &mut Context<'_>) {
        if let Some(Question { dialog: Dialog::Picker(picker), ticket, .. }) =
            self.question.get_mut()
            && let Some(folder) = picker.take_wanted()
        {
            cx.abandon(ticket);
            *ticket = Some(cx.request(MachineRequest::ReadFolder(folder)));
        }
    }

    pub(super) fn on_folder(
        &mut self,
        rows: Result<Vec<FolderEntry>, Error>,
        cx: &mut Context<'_>,
    ) {
        if let Some(Question { dialog: Dialog::Picker(picker), ticket, .. }) =
            self.question.get_mut()
        {
            *ticket = None;
            picker.on_folder(rows);
            self.read_wanted(cx);
        }
    }
}
