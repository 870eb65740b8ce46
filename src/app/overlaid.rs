//! Opens overlays, and lets the events list follow what happens.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::overlays::bucket_settings::BucketSettings;
use crate::app::overlays::comparison::ComparisonSheet;
use crate::app::overlays::doctor::Doctor;
use crate::app::overlays::{Overlay, OverlayInput};
use crate::app::part::Part as _;
use crate::app::state::{Asked, State};
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::diagnosis::Examination;
use crate::domain::diff_end::DiffEnd;

/// Opens the overlay an action asks for; `false` where it asks for none.
pub fn open_overlay(state: &mut State, now: Timestamp, action: Action, asked: &mut Asked) -> bool {
    let input = OverlayInput {
        keymap: &state.session.keymap,
        scopes: state.scopes(),
        disabled: &|action| state.disabled(action),
        session: &state.session,
        log: &state.log,
        here: &state.parts.objects.browse.location(),
        marked: &|| state.parts.objects.browse.marked(),
        place: &state.here(),
    };
    let Some(mut overlay) = Overlay::of(action, input) else { return false };
    state.with(now, asked, |_, cx| overlay.part_mut().start(cx));
    state.parts.overlay = Some(overlay);
    true
}

/// Opens the examination of a connection: of the place that is open, where it is the one in use.
pub fn examine(state: &mut State, now: Timestamp, name: &ConnectionName, asked: &mut Asked) {
    let session = &state.session;
    let Some(connection) = session.connections.iter().find(|each| each.name == *name) else {
        return;
    };
    let here = state.parts.objects.browse.place().filter(|_| session.name() == name);
    let (bucket, prefix) = match (here, connection.known_buckets.first()) {
        (Some(place), _) => (Some(place.bucket.clone()), place.prefix.clone()),
        (None, Some(known)) => (Some(known.bucket.clone()), known.prefix.clone()),
        (None, None) => (None, Prefix::root()),
    };
    let examination = Examination { bucket, prefix, writes: false };
    let mut doctor = Doctor::new(connection, examination);
    state.with(now, asked, |_, cx| doctor.start(cx));
    state.parts.overlay = Some(doctor.into());
}

/// Opens the settings of a bucket.
pub fn show_settings(state: &mut State, now: Timestamp, bucket: Bucket, asked: &mut Asked) {
    let mut settings = BucketSettings::new(bucket, &state.session);
    state.with(now, asked, |_, cx| settings.load(cx));
    state.parts.overlay = Some(settings.into());
}

/// Opens the comparison of two objects, files or trees of them.
pub fn compare(
    state: &mut State,
    now: Timestamp,
    (one, other): (DiffEnd, DiffEnd),
    asked: &mut Asked,
) {
    let mut comparison = ComparisonSheet::new(one, other);
    state.with(now, asked, |_, cx| comparison.start(cx));
    state.parts.overlay = Some(comparison.into());
}

/// Brings what happened since into the events list while it is open.
pub fn follow_log(state: &mut State) {
    if let Some(Overlay::Events(events)) = &mut state.parts.overlay {
        events.follow(&state.log);
    }
}
