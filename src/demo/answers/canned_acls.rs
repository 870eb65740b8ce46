//! Gives the grants that ACLs with a name of their own stand for.

use s3s::dto::{Grant, Grantee, Permission, Type};

use crate::demo::answers::buckets::owner;
use crate::demo::answers::context::Context;

/// What the headers of a new object say of who may do what with it.
macro_rules! asked_grants {
    ($cx:expr, $input:expr) => {
        $crate::demo::answers::canned_acls::given_grants(
            $cx,
            $input.acl.as_ref().map(|acl| acl.as_str()),
            [
                ("FULL_CONTROL", $input.grant_full_control.as_deref()),
                ("READ", $input.grant_read.as_deref()),
                ("READ_ACP", $input.grant_read_acp.as_deref()),
                ("WRITE_ACP", $input.grant_write_acp.as_deref()),
            ],
        )
    };
}

pub(crate) use asked_grants;

/// R2 takes no notice of them.
pub fn given_grants(
    cx: &Context,
    acl: Option<&str>,
    headers: [(&'static str, Option<&str>); 4],
) -> Option<Vec<Grant>> {
    if cx.is_r2() {
        return None;
    }
    let named = headers.into_iter().flat_map(|(permission, header)| {
        let grantees = header.unwrap_or_default().split(',').filter_map(grantee);
        grantees.map(move |grantee| Grant {
            grantee: Some(grantee),
            permission: Some(Permission::from_static(permission)),
        })
    });
    let named: Vec<Grant> = named.collect();
    if !named.is_empty() {
        return Some(named);
    }
    acl.filter(|acl| *acl != "private").map(grants)
}

/// Reads `uri="http://…"` or `id="…"`.
fn grantee(text: &str) -> Option<Grantee> {
    let (kind, name) = text.trim().split_once('=')?;
    let name = Some(name.trim_matches('"').to_owned());
    let group = kind == "uri";
    let type_ = if group { Type::GROUP } else { Type::CANONICAL_USER };
    Some(Grantee {
        display_name: None,
        email_address: None,
        id: name.clone().filter(|_| !group),
        type_: Type::from_static(type_),
        uri: name.filter(|_| group),
    })
}

/// What a canned ACL stands for.
pub fn grants(canned: &str) -> Vec<Grant> {
    let everybody = "http://acs.amazonaws.com/groups/global/AllUsers";
    let known = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    let more: &[(&str, &str)] = match canned {
        "public-read" => &[(everybody, Permission::READ)],
        "public-read-write" => &[(everybody, Permission::READ), (everybody, Permission::WRITE)],
        "authenticated-read" => &[(known, Permission::READ)],
        _ => &[],
    };
    let owner = owner();
    let grantee = Grantee {
        display_name: owner.display_name,
        id: owner.id,
        email_address: None,
        type_: Type::from_static(Type::CANONICAL_USER),
        uri: None,
    };
    let own = Grant {
        grantee: Some(grantee),
        permission: Some(Permission::from_static(Permission::FULL_CONTROL)),
    };
    let group = |(uri, permission): &(&str, &str)| Grant {
        grantee: Some(Grantee {
            display_name: None,
            id: None,
            email_address: None,
            type_: Type::from_static(Type::GROUP),
            uri: Some((*uri).to_owned()),
        }),
        permission: Some(Permission::from((*permission).to_owned())),
    };
    std::iter::once(own).chain(more.iter().map(group)).collect()
}
