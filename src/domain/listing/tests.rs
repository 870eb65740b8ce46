//! Tests of listings and their pages.

use super::*;

fn page(names: &[&str]) -> Arc<Page> {
    let mut page = Page::default();
    for name in names {
        if name.ends_with('/') {
            page.push_prefix(name);
        } else {
            page.push_object(name, name.len() as u64, None, Class::Standard);
        }
    }
    Arc::new(page)
}

#[test]
fn rows_keep_their_number_over_pages() {
    let mut listing = Listing::default();
    listing.push(page(&["a", "b/"]));
    listing.push(page(&[]));
    listing.push(page(&["c"]));
    assert_eq!(listing.rows().map(|r| r.name).collect::<Vec<_>>(), ["a", "b/", "c"]);
    assert_eq!(listing.row(2).name, "c");
    assert!(listing.row(1).is_prefix());
    let starts = |from| listing.pages_from(from).map(|(start, _)| start).collect::<Vec<_>>();
    assert_eq!((starts(0), starts(2), starts(9)), (vec![0, 2, 2], vec![2], vec![2]));
    assert_eq!(Listing::default().pages_from(0).count(), 0);
}

#[test]
fn classes_differ_once_one_is_not_the_standard_one() {
    let mut listing = Listing::default();
    listing.push(page(&["a", "b/"]));
    let mut other = Page::default();
    other.push_object("old", 1, None, Class::Unknown);
    listing.push(Arc::new(other));
    assert!(!listing.classes_differ());
    let mut other = Page::default();
    other.push_object("cold", 1, None, Class::Glacier);
    listing.push(Arc::new(other));
    listing.push(page(&["c"]));
    assert!(listing.classes_differ());
}

#[test]
fn every_column_comes_back_as_it_went_in() {
    let mut page = Page::default();
    let time = Timestamp::from_second(1_790_000_000).unwrap();
    page.push_object("x", u64::MAX, Some(time), Class::DeepArchive);
    page.push_object("", 0, None, Class::Unknown);
    assert_eq!(
        page.row(0).kind,
        RowKind::Object { size: u64::MAX, modified: Some(time), class: Class::DeepArchive }
    );
    assert_eq!(page.row(1).name, "");
    assert_eq!(
        page.row(1).kind,
        RowKind::Object { size: 0, modified: None, class: Class::Unknown }
    );
    for (number, class) in CLASSES.into_iter().enumerate() {
        assert_eq!(class as usize, number);
    }
}

#[test]
fn rows_come_and_go_and_the_others_keep_their_numbers() {
    let mut listing = Listing::default();
    listing.push(page(&["a", "b", "d"]));
    listing.remove([1, 1, 99]);
    let mut added = Page::default();
    added.push_object("c", 1, None, Class::Unknown);
    listing.add(added);
    listing.add(Page::default());
    assert_eq!((listing.len(), listing.end()), (3, 4));
    assert!(listing.is_gone(1) && listing.is_added(3) && !listing.is_added(0));
    assert_eq!(listing.rows().map(|r| r.name).collect::<Vec<_>>(), ["a", "d", "c"]);
    assert_eq!((listing.row(1).name, listing.last_name()), ("b", Some("d")));
    listing.push(page(&["e"]));
    assert!(listing.is_ordered(), "what was added is no listed row");
    listing.remove([0, 2, 3, 4]);
    assert!(listing.is_empty());
    assert_eq!(listing.last_name(), Some("e"));
    listing.push(page(&["b"]));
    assert!(!listing.is_ordered());
}

#[test]
fn a_page_of_the_past_keeps_the_version_of_each_object() {
    let mut page = Page::of_the_past(2, Timestamp::from_second(5).ok());
    let object = RowKind::Object { size: 1, modified: None, class: Class::Standard };
    page.push_row(Row { name: "a", kind: object, version: Some("v1"), etag: None });
    page.push_row(Row { name: "b/", kind: RowKind::Prefix, version: None, etag: None });
    page.push_row(Row { name: "c", kind: object, version: Some("null"), etag: None });
    let versions: Vec<_> = page.rows().map(|row| row.version).collect();
    assert_eq!(versions, [Some("v1"), None, Some("null")]);
    assert_eq!(page.known_since(), Timestamp::from_second(5).ok());
    let mut now = Page::default();
    now.push_row(Row { name: "a", kind: object, version: Some("v1"), etag: None });
    assert_eq!((now.row(0).version, now.known_since()), (None, None));
}

#[test]
fn a_page_keeps_etags_only_where_it_is_asked_to() {
    let object = RowKind::Object { size: 1, modified: None, class: Class::Standard };
    let row = |name, etag| Row { name, kind: object, version: None, etag };
    let mut page = Page::default().with_etags(true);
    page.push_prefix("a/");
    page.push_row(row("b", Some("0a1b")));
    page.push_object("c", 1, None, Class::Standard);
    assert_eq!(page.rows().map(|row| row.etag).collect::<Vec<_>>(), [None, Some("0a1b"), None]);
    let mut without = Page::default();
    without.push_row(row("b", Some("0a1b")));
    assert_eq!(without.row(0).etag, None);
}
