//! What reconciling could not get past, as an error that names the place in the configuration.

use wharf_plan::Blocker;

use super::Environment;
use crate::error::Error;

impl Environment {
    /// An error about a property.
    pub(crate) fn impossible(&self, property: &str, message: &str) -> Error {
        Error::Impossible {
            message: message.to_owned(),
            location: self.property_location(property).map(Box::new),
            hint: None,
        }
    }

    /// What reconciling could not get past, as an error.
    pub(crate) fn blocked(&self, blocker: &Blocker) -> Error {
        match blocker {
            Blocker::ExpectedContainer => Error::ExpectedContainer,
            Blocker::NoContainer => Error::ContainerNotFound,
            Blocker::NoService { service, known } => Error::NoService {
                service: service.clone(),
                known: known.clone(),
                location: self.property_location("service").map(Box::new),
            },
            Blocker::NotRunning { container, state } => Error::ContainerNotRunning {
                container: container.clone(),
                state: format!("{state:?}").to_lowercase(),
            },
            Blocker::Ended { container, code } => {
                Error::ContainerEnded { container: container.clone(), code: *code }
            }
            Blocker::Impossible { message, property, hint } => Error::Impossible {
                message: message.clone(),
                location: property
                    .as_ref()
                    .and_then(|property| self.property_location(property))
                    .map(Box::new),
                hint: hint.clone(),
            },
            Blocker::Failed(failure) => {
                Error::Impossible { message: failure.message.clone(), location: None, hint: None }
            }
            Blocker::Fact { .. } | Blocker::Consent { .. } => {
                Error::Impossible { message: format!("{blocker:?}"), location: None, hint: None }
            }
        }
    }
}
