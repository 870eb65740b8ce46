//! Writes requests and reads answers by the SDK's own code, without its transport.

use std::error::Error as StdError;
use std::fmt::{self, Debug};

use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::config::{ConfigBag, RuntimePlugin};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse as _, SerializeRequest as _, SharedRequestSerializer,
    SharedResponseDeserializer,
};

use crate::domain::error::{Error, ErrorKind};
use crate::s3::call::Call;
use crate::s3::sdk::blank_key::with_key;
use crate::s3::sdk::errors::chain;

/// Puts `Expires` as it came where the SDK's form of an answer looks for it; what is no date is not
/// read as one.
fn keep_expires(response: &mut HttpResponse) {
    let headers = response.headers_mut();
    let Some(text) = headers.get("expires").map(str::to_owned) else { return };
    if DateTime::from_str(&text, DateTimeFormat::HttpDate).is_err() {
        headers.remove("expires");
    }
    headers.insert("expiresstring", text);
}

/// An operation's half that knows its HTTP form.
pub struct Form {
    bag: ConfigBag,
}

impl Form {
    pub fn of(operation: &impl RuntimePlugin) -> Form {
        let mut bag = ConfigBag::base();
        if let Some(layer) = operation.config() {
            bag.push_shared_layer(layer);
        }
        Form { bag }
    }

    /// The request without endpoint and signature.
    pub fn write<I>(&mut self, input: I, call: &Call) -> Result<HttpRequest, Error>
    where
        I: Debug + Send + Sync + 'static,
    {
        let unfit = |why: String| call.fails(ErrorKind::InvalidRequest, why);
        let serializer = self.bag.load::<SharedRequestSerializer>().cloned();
        let serializer = serializer.ok_or_else(|| unfit("the operation has no form".into()))?;
        let mut request = serializer
            .serialize_input(Input::erase(input), &mut self.bag)
            .map_err(|error| unfit(chain(&*error)))?;
        with_key(&mut request).map_err(|error| unfit(chain(&*error)))?;
        Ok(request)
    }

    /// What an answer says whose body is not read here: `None` where it is a refusal, whose body
    /// has to be.
    pub fn read_head<O: Debug + Send + Sync + 'static>(
        &self,
        response: &mut HttpResponse,
    ) -> Option<O> {
        keep_expires(response);
        let deserializer = self.bag.load::<SharedResponseDeserializer>()?;
        let read = deserializer.deserialize_streaming_with_config(response, &self.bag)?;
        read.ok()?.downcast().ok()
    }

    /// What an answer says with its body, as the SDK would return it.
    pub fn read<O, E>(&self, response: HttpResponse, call: &Call) -> Result<O, Error>
    where
        O: Debug + Send + Sync + 'static,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let strange = || call.fails(ErrorKind::NotS3, "the answer is of another operation");
        let deserializer = self.bag.load::<SharedResponseDeserializer>().ok_or_else(strange)?;
        match deserializer.deserialize_nonstreaming_with_config(&response, &self.bag) {
            Ok(output) => output.downcast().map_err(|_| strange()),
            Err(error) => {
                let mut refusal = None;
                let error = error.map_operation_error(|told| {
                    refusal = told.downcast::<E>().ok();
                    fmt::Error
                });
                Err(call.failed(match refusal {
                    Some(refusal) => SdkError::service_error(refusal, response),
                    None => SdkError::response_error(chain(&error), response),
                }))
            }
        }
    }
}
