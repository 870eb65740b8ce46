//! A watched prefix, and what two prefixes differ in.

use std::sync::Arc;

use jiff::Timestamp;
use windlass::app::effect::{ComparisonRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Reply};
use windlass::domain::compared::{ComparedTrees, TreeDifference};
use windlass::domain::diff_end::DiffKind;
use windlass::domain::listing::{Class, ListedPage, Page};

use crate::screens::panes::assert_pictures;
use crate::screens::situation::{Situation, account};

fn listed(rows: &[(&str, u64)]) -> impl Fn(&Request) -> Option<Reply> {
    move |request| {
        let list = matches!(request, Request::Storage(StorageRequest::ListPage { .. }));
        let mut page = Page::default();
        let time: Option<Timestamp> = "2026-09-20T14:02:00Z".parse().ok();
        for (name, size) in rows {
            match name.ends_with('/') {
                true => page.push_prefix(name),
                false => page.push_object(name, *size, time, Class::Standard),
            }
        }
        let page = ListedPage { page: Arc::new(page), next: None };
        list.then(|| Ok(Answer::Page(page)))
    }
}

fn open(size: (u16, u16), rows: &[(&str, u64)]) -> Situation {
    let mut situation = Situation::at("s3://media/", size);
    situation.answer(listed(rows));
    situation.answer(account);
    situation.press("2");
    situation
}

#[test]
fn a_watched_prefix_with_what_is_new_changed_and_gone() {
    assert_pictures("watched", |size| {
        let before = [("a.csv", 10), ("b.csv", 20), ("old/", 0), ("z.csv", 1)];
        let mut situation = open(size, &before);
        situation.press("g w");
        situation.answer(listed(&[("a.csv", 10), ("b.csv", 25), ("c.csv", 30), ("z.csv", 1)]));
        situation
    });
}

#[test]
fn two_prefixes_that_differ() {
    assert_pictures("compared-prefixes", |size| {
        let mut situation = open(size, &[("one/", 0), ("two/", 0)]);
        situation.press("space =");
        let found = |name: &str, difference, sizes| TreeDifference {
            name: name.to_owned(),
            difference,
            sizes,
        };
        let differing = vec![
            found("index.html", DiffKind::Changed, [Some(1_234), Some(5_678)]),
            found("pictures/summer/IMG_0001.jpg", DiffKind::New, [None, Some(4_299_161)]),
            found("robots.txt", DiffKind::Gone, [Some(64), None]),
        ];
        let news =
            ComparedTrees { differing, compared: 120, names: 340, ..ComparedTrees::default() };
        situation.answer_once(|request| {
            let compare = matches!(
                request,
                Request::Storage(StorageRequest::Comparison(ComparisonRequest::Compare { .. }))
            );
            compare.then(|| Ok(Answer::ComparedTrees(news.clone())))
        });
        situation
    });
}
