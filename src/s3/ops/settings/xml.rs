//! Turns the XML of S3's settings into documents, and documents into that XML.

use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::{BytesStart, Event};

use crate::domain::settings::check::{printed, time};
use crate::domain::settings::json::{Json, JsonMember, JsonValue};
use crate::domain::settings::shape::{DocumentShape, ElementName, MemberShape, ValueKind, shape};

const S3: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// An element with what is in it.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    pub text: String,
}

/// The first element of a text.
///
/// # Errors
/// Why it is no XML.
pub fn element(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(start) => open.push(opened(&start)?),
            Event::Empty(start) => {
                let child = opened(&start)?;
                into(&mut open)?.children.push(child);
            }
            Event::End(_) => {
                let child = open.pop().ok_or("an element ends that never began")?;
                into(&mut open)?.children.push(child);
            }
            Event::Text(text) => into(&mut open)?.text += &String::from_utf8_lossy(&text),
            Event::CData(text) => {
                let text = String::from_utf8_lossy(&text).into_owned();
                into(&mut open)?.text += &escape(&text);
            }
            Event::GeneralRef(entity) => {
                let entity = String::from_utf8_lossy(&entity).into_owned();
                into(&mut open)?.text += &format!("&{entity};");
            }
            Event::Eof => break,
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) | Event::Decl(_) => {}
        }
    }
    let document = open.pop().filter(|_| open.is_empty()).ok_or("an element is not closed")?;
    document.children.into_iter().next().ok_or_else(|| "there is no element".to_owned())
}

fn into(open: &mut [Element]) -> Result<&mut Element, String> {
    open.last_mut().ok_or_else(|| "an element ends that never began".to_owned())
}

fn opened(start: &BytesStart<'_>) -> Result<Element, String> {
    let local = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = String::from_utf8_lossy(&attribute.value).into_owned();
        let value = unescape(&value).map_err(|error| error.to_string())?.into_owned();
        attributes.push((local(attribute.key.local_name().as_ref()), value));
    }
    let name = local(start.local_name().as_ref());
    Ok(Element { name, attributes, ..Element::default() })
}

impl Element {
    /// What stands in it, with letters in place of what stands for them.
    pub fn words(&self) -> Result<String, String> {
        unescape(&self.text).map(std::borrow::Cow::into_owned).map_err(|error| error.to_string())
    }

    /// As a document of this shape. What the shape does not know is named in `unread`.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn document(
        &self,
        shape: &DocumentShape,
        unread: &mut Vec<String>,
    ) -> Result<Json, String> {
        let mut members = Vec::new();
        for member in &shape.members {
            if let Some(value) = self.member(member, unread)? {
                members.push(JsonMember::new(member.name, value));
            }
        }
        let unknown = self.children.iter().filter(|child| !child.is_in(shape));
        unread.extend(unknown.map(|child| format!("{}/{}", self.name, child.name)));
        Ok(Json::new(JsonValue::Map(members)))
    }

    /// Whether it holds something, and nothing that a document of this shape does not.
    pub fn is_of(&self, shape: &DocumentShape) -> bool {
        !self.children.is_empty() && self.children.iter().all(|child| child.is_in(shape))
    }

    fn is_in(&self, shape: &DocumentShape) -> bool {
        shape.members.iter().any(|member| match member.element {
            ElementName::Child(name) => name == self.name,
            ElementName::Each { within, element } => within.unwrap_or(element) == self.name,
            ElementName::Attribute(_) => false,
        })
    }

    fn member(
        &self,
        member: &MemberShape,
        unread: &mut Vec<String>,
    ) -> Result<Option<Json>, String> {
        match member.element {
            ElementName::Attribute(name) => {
                let name = name.rsplit(':').next().unwrap_or(name);
                let found = self.attributes.iter().find(|(attribute, _)| attribute == name);
                Ok(found.map(|(_, value)| Json::text(value.as_str())))
            }
            ElementName::Child(name) => match self.child(name) {
                Some(child) => child.value(&member.kind, unread).map(Some),
                None => Ok(None),
            },
            ElementName::Each { within, element } => {
                let parent = match within {
                    Some(within) => match self.child(within) {
                        Some(parent) => parent,
                        None => return Ok(None),
                    },
                    None => self,
                };
                let items = parent.children.iter().filter(|child| child.name == element);
                let items: Result<Vec<Json>, String> =
                    items.map(|item| item.value(&member.kind, unread)).collect();
                let items = items?;
                Ok((within.is_some() || !items.is_empty()).then(|| Json::list(items)))
            }
        }
    }

    fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    fn value(&self, kind: &ValueKind, unread: &mut Vec<String>) -> Result<Json, String> {
        if let ValueKind::Object(name) = kind {
            return self.document(shape(name), unread);
        }
        let words = self.words()?;
        let unfit = |what: &str| Err(format!("<{}> is {words:?}, which is not {what}", self.name));
        Ok(match kind {
            ValueKind::Number => match words.trim().parse::<i64>() {
                Ok(number) => Json::number(number),
                Err(_) => return unfit("a number"),
            },
            ValueKind::YesNo => match words.trim().to_ascii_lowercase().as_str() {
                "true" => Json::yes(true),
                "false" => Json::yes(false),
                _ => return unfit("true or false"),
            },
            ValueKind::Time => match time(words.trim()) {
                Some(time) => Json::text(printed(time)),
                None => return unfit("a time"),
            },
            _ => Json::text(words),
        })
    }
}

/// The XML of a document that was checked.
pub fn written(root: &str, document: &Json) -> String {
    let mut out = format!("<{root} xmlns=\"{S3}\">");
    content(shape(root), document, &mut out);
    close(root, &mut out);
    out
}

fn content(shape: &DocumentShape, document: &Json, out: &mut String) {
    for member in &shape.members {
        let Some(value) = document.get(member.name) else { continue };
        match member.element {
            ElementName::Attribute(_) => {}
            ElementName::Child(name) => one(name, &member.kind, value, out),
            ElementName::Each { within, element } => {
                if let Some(within) = within {
                    open(within, out);
                }
                for item in value.items() {
                    one(element, &member.kind, item, out);
                }
                if let Some(within) = within {
                    close(within, out);
                }
            }
        }
    }
}

fn one(element: &str, kind: &ValueKind, value: &Json, out: &mut String) {
    let ValueKind::Object(name) = kind else {
        open(element, out);
        out.push_str(&words(kind, value));
        return close(element, out);
    };
    let shape = shape(name);
    out.push('<');
    out.push_str(element);
    for member in &shape.members {
        if let (ElementName::Attribute(attribute), Some(text)) =
            (member.element, value.text_of(member.name))
        {
            let text = escape(text);
            out.push_str(&format!(" xmlns:xsi=\"{XSI}\" {attribute}=\"{text}\""));
        }
    }
    out.push('>');
    content(shape, value, out);
    close(element, out);
}

fn words(kind: &ValueKind, value: &Json) -> String {
    match (&value.value, kind) {
        (JsonValue::Text(text), ValueKind::Time) => match time(text) {
            Some(time) => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            None => escaped(text),
        },
        (JsonValue::Text(text), _) => escaped(text),
        _ => value.compact(),
    }
}

/// Blanks that a reader of XML would change are written by their numbers.
fn escaped(text: &str) -> String {
    escape(text).replace('\r', "&#13;").replace('\n', "&#10;").replace('\t', "&#9;")
}

fn open(element: &str, out: &mut String) {
    out.push_str(&format!("<{element}>"));
}

fn close(element: &str, out: &mut String) {
    out.push_str(&format!("</{element}>"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::BucketSetting;
    use crate::domain::settings::check::document;

    fn read(root: &str, xml: &str) -> (Json, Vec<String>) {
        let mut unread = Vec::new();
        let json = element(xml).unwrap().document(shape(root), &mut unread).unwrap();
        (json, unread)
    }

    #[test]
    fn a_document_comes_back_from_its_xml_as_it_was() {
        for (setting, root, text) in [
            (
                BucketSetting::Lifecycle,
                "LifecycleConfiguration",
                r#"{"Rules":[{"Expiration":{"Date":"2026-01-01T00:00:00+00:00"},"ID":"a & <b>\n",
                    "Filter":{"And":{"Prefix":" ","Tags":[{"Key":"k","Value":""}],
                    "ObjectSizeGreaterThan":5}},"Status":"Enabled"},
                    {"Filter":{},"Status":"Disabled","Transitions":[{"Days":3,
                    "StorageClass":"X"}]}]}"#,
            ),
            (
                BucketSetting::Acl,
                "AccessControlPolicy",
                r#"{"Grants":[{"Grantee":{"Type":"Group","URI":"u\"'"},"Permission":"READ"}],
                    "Owner":{"ID":"me"}}"#,
            ),
            (
                BucketSetting::Notifications,
                "NotificationConfiguration",
                r#"{"QueueConfigurations":[{"Id":"q","QueueArn":"arn:aws:sqs:x","Events":["a","b"],
                    "Filter":{"Key":{"FilterRules":[{"Name":"prefix","Value":"p"}]}}}],
                    "EventBridgeConfiguration":{}}"#,
            ),
            (BucketSetting::Tags, "Tagging", r#"{"TagSet":[]}"#),
            (
                BucketSetting::PublicAccess,
                "PublicAccessBlockConfiguration",
                r#"{"BlockPublicAcls":true,"IgnorePublicAcls":false}"#,
            ),
            (
                BucketSetting::Website,
                "WebsiteConfiguration",
                r#"{"IndexDocument":{"Suffix":"i"},"RoutingRules":[{"Redirect":{"HostName":"h"}}]}"#,
            ),
        ] {
            let json = document(setting, text).unwrap();
            let xml = written(root, &json);
            assert_eq!(read(root, &xml), (json, vec![]), "{xml}");
        }
    }

    #[test]
    fn what_the_table_does_not_know_is_named() {
        let xml = "<?xml version=\"1.0\"?><VersioningConfiguration xmlns=\"x\"><Status>Enabled\
                   </Status><Excluded><a/></Excluded></VersioningConfiguration>";
        let (json, unread) = read("VersioningConfiguration", xml);
        assert_eq!(json.compact(), r#"{"Status":"Enabled"}"#);
        assert_eq!(unread, ["VersioningConfiguration/Excluded"]);
    }

    #[test]
    fn half_an_answer_is_no_answer() {
        assert!(element("<Tagging><TagSet>").is_err());
        assert!(element("").is_err());
        let strange = element("<Tagging><TagSet/></Tagging>").unwrap();
        assert!(strange.document(shape("Tagging"), &mut vec![]).is_ok());
        let xml = "<PublicAccessBlockConfiguration><BlockPublicAcls>maybe</BlockPublicAcls>\
                   </PublicAccessBlockConfiguration>";
        let told =
            element(xml).unwrap().document(shape("PublicAccessBlockConfiguration"), &mut vec![]);
        assert!(told.is_err_and(|why| why.contains("not true or false")));
    }
}
