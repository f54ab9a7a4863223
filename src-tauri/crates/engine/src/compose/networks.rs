//! The networks that Compose made.

use bollard::query_parameters::ListNetworksOptionsBuilder;

use crate::engine::Engine;
use crate::error::{Call, Error};

impl Engine {
    /// Names of the networks that carry a label with this value.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn find_networks(&self, label: &str, value: &str) -> Result<Vec<String>, Error> {
        let call = Call::engine("list networks");
        let filters =
            std::collections::HashMap::from([("label".to_owned(), vec![format!("{label}={value}")])]);
        let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
        let found =
            self.act(&call, Some(self.read_limit()), self.docker().list_networks(Some(options))).await?;
        let mut names: Vec<String> = found.into_iter().filter_map(|network| network.name).collect();
        names.sort();
        Ok(names)
    }

    /// Removes a network. One that is gone already is no error.
    ///
    /// # Errors
    /// When somebody else's container is still connected to it.
    pub async fn remove_network(&self, network: &str) -> Result<(), Error> {
        let call = Call::engine(format!("remove network {network}"));
        match self.act(&call, Some(self.change_limit()), self.docker().remove_network(network)).await {
            Err(Error::Rejected { status: 404, .. }) => Ok(()),
            other => other,
        }
    }
}
