//! What a look into an object answers, made by the program's own readers.

use std::sync::Arc;

use windlass::app::effect::Request;
use windlass::app::event::{Answer, Reply};
use windlass::domain::contents::Traffic;
use windlass::domain::object::ObjectAddress;
use windlass::domain::object_view::{
    LookRequest, LookStep, ObjectView, Seen, SeenPart, ViewBody, ViewForm,
};
use windlass::look::inside::inside;
use windlass::look::object_bytes::{InMemory, ObjectBytes};
use windlass::look::view::view;

/// What is seen of an object with these bytes.
pub fn view_of(name: &str, bytes: &[u8], form: ViewForm) -> ObjectView {
    let source = ObjectBytes::new(Arc::new(InMemory(bytes.to_vec())), u64::MAX);
    let inside = inside(&Arc::new(source), name, None, None, 1 << 20).unwrap();
    view(&inside, form, 10_000).unwrap()
}

/// The answer to a look that opens it.
pub fn opened(name: &str, bytes: &[u8]) -> Reply {
    seen(view_of(name, bytes, ViewForm::Best), bytes.len() as u64)
}

/// As [`opened`], of an object whose first bytes these are.
pub fn opened_start(name: &str, bytes: &[u8], size: u64) -> Reply {
    let mut view = view_of(name, bytes, ViewForm::Best);
    view.size = size;
    if let ViewBody::Text(window) = &mut view.body {
        window.size = size;
    }
    seen(view, bytes.len() as u64)
}

pub fn seen(view: ObjectView, fetched: u64) -> Reply {
    let traffic = Traffic { requests: 1, bytes: fetched };
    Ok(Answer::Seen(Seen { what: SeenPart::Opened(Box::new(view)), traffic }))
}

/// A part that was asked for, at a byte.
pub fn part(body: ViewBody, at: u64) -> Reply {
    let traffic = Traffic { requests: 2, bytes: 1000 };
    Ok(Answer::Seen(Seen { what: SeenPart::Part(Box::new(body), at), traffic }))
}

/// The question that opens an object.
pub fn look_at(object: ObjectAddress) -> Request {
    look(object, None, LookStep::Open { form: ViewForm::Best, glance: false })
}

/// As [`look_at`], because the cursor rests on it.
pub fn glance_at(object: ObjectAddress) -> Request {
    look(object, None, LookStep::Open { form: ViewForm::Best, glance: true })
}

pub fn look(object: ObjectAddress, member: Option<&str>, wanted: LookStep) -> Request {
    Request::Look(LookRequest { object, member: member.map(str::to_owned), wanted })
}
