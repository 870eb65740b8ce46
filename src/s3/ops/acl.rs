//! Reads what an object's access control list grants beyond its owner.

use aws_sdk_s3::operation::get_object_acl::GetObjectAclOutput;
use aws_sdk_s3::types::{Grant, Grantee};

use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::provider::Capability;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::of_version::ask_of_version;

impl Client {
    /// The grants in words of the API: `AllUsers READ`. What the owner has is left out.
    pub async fn grants(&self, object: &ObjectAddress) -> Result<Vec<String>, Error> {
        let output = self.access_of(object).await?;
        let owner = output.owner().and_then(|owner| owner.id());
        let others = output.grants().iter().filter(|grant| {
            let to = grant.grantee().and_then(Grantee::id);
            to.is_none() || to != owner
        });
        Ok(others.filter_map(words).collect())
    }

    /// Everything that GetObjectAcl says.
    pub(in crate::s3) async fn access_of(
        &self,
        object: &ObjectAddress,
    ) -> Result<GetObjectAclOutput, Error> {
        let call = Call::on_object("GetObjectAcl", object).needing(Capability::Acl);
        ask_of_version!(self, &call, object, get_object_acl)
    }
}

fn words(grant: &Grant) -> Option<String> {
    let (to, what) = (grant.grantee()?, grant.permission()?);
    let group = to.uri().and_then(|uri| uri.rsplit('/').next());
    let name = group.or_else(|| to.display_name()).or_else(|| to.id())?;
    Some(format!("{name} {}", what.as_str()))
}
