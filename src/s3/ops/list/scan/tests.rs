//! Tests that every form of a page gives its rows, and that what could mean another page is
//! refused.

use proptest::prelude::*;

use super::documents::{DocumentChoices, TIMES, changed, document};
use super::*;
use crate::domain::listing::{Class, Row, RowKind};

fn page(inner: &str) -> String {
    format!("<ListBucketResult><IsTruncated>false</IsTruncated>{inner}</ListBucketResult>")
}

fn keys(body: &str) -> Vec<String> {
    let page = scan(body.as_bytes(), false).unwrap().unwrap();
    page.rows.rows().map(|row| row.name.to_owned()).collect()
}

fn object(inner: &str) -> String {
    page(&format!("<Contents>{inner}</Contents>"))
}

fn fault(body: &str) -> String {
    scan(body.as_bytes(), false).unwrap_err().to_string()
}

#[test]
fn a_page_as_s3_writes_it_is_read() {
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>\
        <Prefix>p/</Prefix><NextContinuationToken>1a==</NextContinuationToken>\
        <KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter>\
        <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
        <Contents><Key>p/a+b</Key><LastModified>2026-09-20T14:02:56.000Z</LastModified>\
        <ETag>&quot;9b2c&quot;</ETag><Size>434234</Size>\
        <Owner><ID>1</ID><DisplayName>x</DisplayName></Owner>\
        <StorageClass>GLACIER</StorageClass></Contents>\
        <CommonPrefixes><Prefix>p/c/</Prefix></CommonPrefixes></ListBucketResult>";
    let page = scan(body.as_bytes(), true).unwrap().unwrap();
    assert_eq!((page.encoded, page.truncated), (true, Some(true)));
    assert_eq!(page.token.as_deref(), Some("1a=="));
    let rows: Vec<Row<'_>> = page.rows.rows().collect();
    let modified = jiff::Timestamp::from_second(1_789_912_976).ok();
    let kind = RowKind::Object { size: 434_234, modified, class: Class::Glacier };
    assert_eq!(rows[0], Row { name: "p/a+b", kind, version: None, etag: Some("9b2c") });
    assert_eq!((rows[1].name, rows[1].is_prefix()), ("p/c/", true));
}

#[test]
fn an_answer_that_is_no_page_is_left_to_others() {
    for other in [
        "",
        " ",
        "no document",
        "<",
        "<!--",
        "<ListBucketResult",
        "<Error><Code>InternalError</Code></Error>",
        "<!DOCTYPE html [ <!ENTITY a \">\"> ]><html>",
        "<?xml version=\"1.0\"?><ListAllMyBucketsResult/>",
        "\u{fe}<ListBucketResult/>",
    ] {
        assert_eq!(scan(other.as_bytes(), false), Ok(None), "{other}");
    }
    assert_eq!(scan(b"<html>\xff", false), Ok(None));
}

#[test]
fn a_page_that_ends_early_is_cut_wherever_it_ends() {
    let whole = object("<Key>a&amp;é<![CDATA[b]]></Key><Owner a='b'><ID>1</ID></Owner>");
    for end in "<ListBucketResult ".len()..whole.len() {
        let fault = scan(&whole.as_bytes()[..end], false).unwrap_err();
        let told = String::from_utf8_lossy(&whole.as_bytes()[..end]).into_owned();
        assert!(matches!(fault, ResponseFault::Cut(_)), "{told}: {fault}");
    }
    assert_eq!(keys(&whole), ["a&éb"]);
}

#[test]
fn a_key_is_its_characters_in_whatever_form() {
    for (text, key) in [
        (" ", " "),
        ("a\r\nb", "a\r\nb"),
        ("&#x1;&#0;&#xFFFE;", "\u{1}\0\u{fffe}"),
        ("&#38;amp;&#x26;lt;", "&amp;&lt;"),
        ("a>b]]&gt;]>", "a>b]]>]>"),
        ("<![CDATA[<Key>&amp;]]]>]<!-- > -->&quot;<?a b?>", "<Key>&amp;]]\""),
        ("&#x0001F600;", "\u{1f600}"),
    ] {
        assert_eq!(keys(&object(&format!("<Key>{text}</Key>"))), [key], "{text}");
    }
}

#[test]
fn what_could_be_lost_or_misread_is_refused() {
    for (body, why) in [
        (object(""), "no key"),
        (object("<Key/>"), "no key"),
        (object("<Key><![CDATA[]]></Key>"), "no key"),
        (page("<Contents/>"), "no key"),
        (page("<CommonPrefixes/>"), "no name"),
        (page("<CommonPrefixes><Prefix>a</Prefix><Prefix/></CommonPrefixes>"), "no name"),
        (object("<Key>a</Key><Key>b</Key>"), "<Key> comes twice"),
        (object("<Key>a</Key><Size>1</Size><Size>1</Size>"), "<Size> comes twice"),
        (page("<IsTruncated>true</IsTruncated>"), "<IsTruncated> comes twice"),
        (object("<Key>a<b/>c</Key>"), "<Key> has an element"),
        (object("<Key><b/></Key>"), "<Key> has an element"),
        (object("x<Key>a</Key>"), "text beside elements"),
        (object("<Key>a</Key>&#32;"), "text beside elements"),
        (object("<Key>a</Key><![CDATA[ ]]>"), "text beside elements"),
        (object("<Key>a</Size>"), "<Key> ends as another element"),
        (object("<Key>a</Key><Size>1.5</Size>"), "<Size> says \"1.5\""),
        (object("<Key>a</Key><Size> 1</Size>"), "<Size> says \" 1\""),
        (object("<Key>a</Key><Size/>"), "<Size> says \"\""),
        (object("<Key>a</Key><Size>9223372036854775808</Size>"), "<Size> says"),
        (object("<Key>a</Key><LastModified>now</LastModified>"), "<LastModified> says \"now\""),
        (object("<Key>a</Key><LastModified/>"), "<LastModified> says \"\""),
        (page("<NextContinuationToken>a<b/></NextContinuationToken>"), "has an element"),
        ("<ListBucketResult><IsTruncated>TRUE</IsTruncated></ListBucketResult>".into(), "\"TRUE\""),
        (object("<Key>&copy;</Key>"), "&copy; stands for nothing"),
        (object("<Key>&#xD800;</Key>"), "stands for nothing"),
        (object("<Key>&#1114112;</Key>"), "stands for nothing"),
        (object("<Key>&#;</Key>"), "stands for nothing"),
        (object("<Key>&;</Key>"), "stands for nothing"),
        (object("<Key>a & b</Key>"), "begins no reference"),
        (object("<Key>&amp</Key>"), "begins no reference"),
        (object("<Key>a]]>b</Key>"), "end of a CDATA section"),
        (object("<Key>\u{1}</Key>"), "a character that no document may have"),
        (object("<Key>\u{ffff}</Key>"), "a character that no document may have"),
        (object("<Key>\0</Key>"), "a character that no document may have"),
        (page("<Owner>&no;</Owner>"), "stands for nothing"),
        (page("<Owner a='&no;'/>"), "stands for nothing"),
        (page("<Owner a/>"), "an attribute has no value"),
        (page("<Owner a=b/>"), "an attribute has no quotes"),
        (page("<Owner a='<'/>"), "an attribute does not end"),
        (page("<Owner a='b'c='d'/>"), "an element does not end"),
        (page("<Owner / >"), "without a name"),
        (page("<1/>"), "without a name"),
        (page("<a:/>"), "without a name"),
        (page("<:a/>"), "without a name"),
        (page("<a:b:c/>"), "without a name"),
        (page("< a/>"), "without a name"),
        (page("<\u{a9}é/>"), "without a name"),
        (page("<\u{300}/>"), "without a name"),
        (page("<a:b\u{d7}/>"), "without a name"),
        (page("<a><b></a></b>"), "<b> ends as another element"),
        (page("<?xml version=\"1.0\"?>"), "it has a declaration"),
        (page("<!ELEMENT a>"), "it has a declaration"),
        (page("<!DOCTYPE a>"), "it has a declaration"),
        (format!("<!DOCTYPE a>{}", page("")), "a document type"),
        (format!("{0}{0}", page("")), "two first elements"),
        (format!("{} x", page("")), "text beside elements"),
        (format!("{}<![CDATA[]]>", page("")), "text beside elements"),
        (format!("<?xml version='1.0' encoding='latin1'?>{}", object("<Key>é</Key>")), "encoding"),
    ] {
        let fault = fault(&body);
        assert!(fault.contains(why), "{body}: {fault}");
    }
    let latin = b"<ListBucketResult><Key>\xe9</Key></ListBucketResult>";
    assert!(scan(latin, false).unwrap_err().to_string().contains("is not UTF-8"));
}

#[test]
fn a_page_may_be_nothing_but_its_first_element() {
    for empty in
        ["<ListBucketResult/>", "<s3:ListBucket a='b' />", "\n<ListObjectsV2></ListObjectsV2>"]
    {
        assert_eq!(scan(empty.as_bytes(), false), Ok(Some(WrittenPage::default())), "{empty}");
    }
}

#[test]
fn rows_of_one_shape_and_those_between_them_are_all_read() {
    let row = |key: &str, size: &str, rest: &str| {
        format!("\n <Contents><Key>{key}</Key><Size>{size}</Size>{rest}</Contents>")
    };
    let owner = "<Owner><ID>1</ID><Key>no</Key></Owner>";
    let rows = [
        row("a", "1", owner),
        row("b&amp;", "2", "<Owner><ID>&#50;</ID><Key></Key></Owner>"),
        row("<![CDATA[c]]>", "3", owner),
        row("d", "4", owner).replace("<Key>", "<Key >"),
        row("e", "5", "").replace("Contents>", "s3:Contents>"),
        "<CommonPrefixes><Prefix>f/</Prefix></CommonPrefixes>".to_owned(),
        row("g<!-- -->", "7", owner),
        row("h", "8", owner),
        row("i", "9", ""),
        row("j", "10", "<Empty/>"),
        row("k", "11", "<Empty/>"),
    ];
    let body = page(&rows.concat());
    let read = scan(body.as_bytes(), false).unwrap().unwrap().rows;
    let read: Vec<(&str, Option<u64>)> = read.rows().map(|row| (row.name, row.size())).collect();
    let names = ["a", "b&", "c", "d", "e", "f/", "g", "h", "i", "j", "k"];
    let sizes = (1..).map(Some).zip(names).map(|(size, name)| (name, size.filter(|s| *s != 6)));
    assert_eq!(read, sizes.collect::<Vec<_>>());
    // What is refused in the first row of its shape is refused in every one.
    for (from, to) in [
        ("<Key>h<", "<Key><"),
        ("<Key>h<", "<Key>&no;<"),
        ("<Key>h<", "<Key>]]><"),
        ("<Key>h<", "<Key><i/><"),
        ("<Size>8<", "<Size>x<"),
        ("<Size>8</Size>", "<Size>8</Size><Size>8</Size>"),
        ("<ID>1</ID><Key>no</Key></Owner></Contents>\n <Contents><Key>i", "<ID>&no;<Key>i"),
    ] {
        assert!(body.contains(from), "{from}");
        assert!(scan(body.replace(from, to).as_bytes(), false).is_err(), "{to}");
    }
}

#[test]
fn an_element_that_nobody_wants_is_passed_with_all_that_is_in_it() {
    let deep = format!("{}<Key>no</Key>{}", "<a>".repeat(20_000), "</a>".repeat(20_000));
    let skipped = format!("<x>text<y>beside</y> elements</x>{deep}<Owner><ID/></Owner>");
    let body = page(&format!("{skipped}<Contents>{skipped}<Key>a</Key>{skipped}</Contents>"));
    assert_eq!(keys(&body), ["a"]);
}

#[test]
fn times_are_read_as_the_standard_writes_them() {
    for (text, second) in TIMES {
        let read = moment::read(text).unwrap().timestamp();
        assert_eq!(read.map(jiff::Timestamp::as_second), *second, "{text}");
    }
    for wrong in [
        "2026-09-20",
        "2026-09-20 14:02:56Z",
        "2026-09-20T14:02:56",
        "2026-09-20T14:02Z",
        "2026-09-20T14:02:56.Z",
        "2026-09-20T14:02:56,5Z",
        "2026-09-20T24:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-09-20T14:02:56+0200",
        "2026-09-20T14:02:56+24:00",
        "2026-09-20T14:02:56+02:60",
        "2026-09-20T14:02:60Z",
        "2016-12-31T23:59:61Z",
        "2026-09-20T14:02:56Zx",
        " 2026-09-20T14:02:56Z",
        "20260-09-20T14:02:56Z",
        "Sun, 20 Sep 2026 14:02:56 GMT",
    ] {
        assert!(moment::read(wrong).is_none(), "{wrong}");
    }
}

// PROPTEST_CASES says how many of each.
proptest! {
    #[test]
    fn a_page_is_the_same_in_every_form(
        tape in prop::collection::vec(any::<u8>(), 0..400),
        etags: bool,
    ) {
        let written = document(&mut DocumentChoices::of(&tape), etags);
        let read = scan(written.text.as_bytes(), etags);
        prop_assert_eq!(read, Ok(Some(written.page)), "{}", written.text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = scan(&bytes, true);
        let inside = [&b"<ListBucketResult><Contents>"[..], &bytes].concat();
        let _ = scan(&inside, true);
    }

    #[test]
    fn no_change_of_a_page_makes_it_panic(tape in prop::collection::vec(any::<u8>(), 0..600)) {
        let (writing, changing) = tape.split_at(tape.len() / 2);
        let written = document(&mut DocumentChoices::of(writing), true);
        let _ = scan(&changed(&mut DocumentChoices::of(changing), &written.text), true);
    }
}
