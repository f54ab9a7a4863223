//! Steps: the timed parts of an operation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Identifies a step within one operation. Numbers rise in the order in which steps start; the first is 1, and 0 stands for
/// what belongs to none.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct StepId(pub u64);

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StepName {
    /// The whole of `wharf up`: the parent of its other steps.
    Up,
    /// The whole of `wharf down`.
    Down,
    /// The whole of `wharf stop`.
    StopEnvironment,
    /// The whole of `wharf build`.
    BuildImage,
    /// The whole of `wharf set-up`.
    SetUpContainer,
    /// The whole of `wharf run-user-commands`.
    RunUserCommands,
    /// Find and read the configuration.
    Configuration,
    /// Find an engine and connect to it.
    Engine,
    /// Wait for another Wharf that works on the same environment.
    Lock,
    /// Clone a repository with the git of this machine; the subject is its address.
    Clone,
    /// Bring a folder of this machine into a volume; the subject is the volume's name.
    Fill,
    /// Find what would touch the host, and ask.
    Consent,
    /// Run `initializeCommand` on the host.
    Initialize,
    /// Find the Features that are asked for and those that they need.
    Features,
    /// Fetch one Feature; the subject is what the configuration, or the Feature that depends on it, calls it.
    Feature,
    /// Look up an image on the engine.
    Image,
    /// Pull an image from its registry.
    Pull,
    /// Build an image.
    Build,
    /// One step of an image build.
    Vertex,
    /// Build the image that gives the remote user the ids of the local user.
    UpdateUid,
    /// Create the container.
    Create,
    /// Let Compose make and start the services; the subject is the project's name.
    Compose,
    /// Start the container.
    Start,
    /// Let a paused container run on.
    Unpause,
    /// Stop the container.
    Stop,
    /// Pass on what the container's main process writes, for as long as an environment runs in the foreground.
    ContainerLog,
    /// Remove the container.
    Remove,
    /// Remove a volume.
    RemoveVolume,
    /// Remove a network of a Compose project.
    RemoveNetwork,
    /// Remove an image.
    RemoveImage,
    /// Put Wharf's agent into the container.
    Agent,
    /// Prepare the container as root: `/etc/environment`, `/etc/profile`, folders for markers.
    SetUp,
    /// Read the remote user's environment (`userEnvProbe`).
    Probe,
    /// Every hook that runs inside the container: the parent of the hook steps.
    Hooks,
    /// One lifecycle hook from one source; the subject is the property's name, such as `postCreateCommand`.
    Hook,
    /// One command of a hook that has several; the subject is the command's name.
    Command,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The step did its work.
    Done,
    /// The work had been done before and was reused.
    Cached,
    /// There was nothing to do, or it was not wanted.
    Skipped,
    /// The step failed; the operation's result says why.
    Failed,
    /// A person or a signal ended the operation.
    Cancelled,
}
