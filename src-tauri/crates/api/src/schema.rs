//! The JSON Schemas of events and results, generated from the types of this crate.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::{
    BuildResult, CheckResult, Checkout, CleanUpPlan, CleanUpResult, CompatDocument, ConfigurationReport,
    DoctorResult, DownResult, EditorList, EngineList, EngineUsed, EnvironmentReference, ErrorResult, Event,
    EventBatch, FeatureList, FolderReport, IntegrationReport, KeeperEvent, ListResult, LogEntry, LogExported,
    LogMatches, LogPage, LogRequest, LogState, Losses, Opened, OperationRequest, OperationResult,
    OutdatedResult, PlanResult, PortRequest, PortsResult, ReadConfigurationResult, ResourceSample,
    RunUserCommandsResult, RunningOperation, SecretList, SetUpResult, Settings, SettingsResult, SpaceReport,
    StartRecord, StatusResult, StopResult, TemplateList, TemplatePreview, TemplateRequest,
    TemplatesApplyResult, TerminalBatch, TerminalRequest, TerminalSummary, TrustList, TrustRevoked,
    UpDocument, UpResult, VersionResult,
};

/// Draft 2020-12, the dialect that the schemas are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of one line of `--log-format json`.
pub fn events() -> Value {
    let mut generator = generator();
    let Value::Object(event) = Event::json_schema(&mut generator).to_value() else { return Value::Null };
    let mut schema = head(
        "One event of an operation of Wharf",
        "What `--log-format json` writes to standard error, one document a line.",
    );
    schema.extend(event.into_iter().filter(|(key, _)| key != "description"));
    schema.insert("$defs".to_owned(), Value::Object(generator.take_definitions(true)));
    Value::Object(schema)
}

/// The schemas of every command's result. Each stands under `$defs`, and `properties` maps a command to its result, so
/// that `results.schema.json#/properties/status` is what `wharf status --json` prints.
pub fn results() -> Value {
    let mut generator = generator();
    let commands: &[(&str, Schema)] = &[
        ("up", generator.subschema_for::<UpDocument>()),
        ("build", generator.subschema_for::<CompatDocument<BuildResult>>()),
        ("set-up", generator.subschema_for::<CompatDocument<SetUpResult>>()),
        ("run-user-commands", generator.subschema_for::<CompatDocument<RunUserCommandsResult>>()),
        ("read-configuration", generator.subschema_for::<ReadConfigurationResult>()),
        ("check", own::<CheckResult>(&mut generator)),
        ("outdated", generator.subschema_for::<OutdatedResult>()),
        ("templates apply", generator.subschema_for::<TemplatesApplyResult>()),
        ("list", own::<ListResult>(&mut generator)),
        ("start", own::<UpResult>(&mut generator)),
        ("stop", own::<StopResult>(&mut generator)),
        ("rebuild", own::<UpResult>(&mut generator)),
        ("down", own::<DownResult>(&mut generator)),
        ("logs", generator.subschema_for::<LogEntry>()),
        ("plan", own::<PlanResult>(&mut generator)),
        ("status", own::<StatusResult>(&mut generator)),
        ("ports", own::<PortsResult>(&mut generator)),
        ("forward", own::<PortsResult>(&mut generator)),
        ("doctor", own::<DoctorResult>(&mut generator)),
        ("engine list", own::<EngineList>(&mut generator)),
        ("engine use", own::<EngineUsed>(&mut generator)),
        ("settings list", own::<SettingsResult>(&mut generator)),
        ("integrate", own::<IntegrationReport>(&mut generator)),
        ("unintegrate", own::<IntegrationReport>(&mut generator)),
        ("secrets set", own::<SecretList>(&mut generator)),
        ("secrets list", own::<SecretList>(&mut generator)),
        ("secrets forget", own::<SecretList>(&mut generator)),
        ("trust list", own::<TrustList>(&mut generator)),
        ("trust revoke", own::<TrustRevoked>(&mut generator)),
        ("version", generator.subschema_for::<VersionResult>()),
    ];
    let properties: Map<String, Value> =
        commands.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone().to_value())).collect();
    let mut schema = head(
        "The results of Wharf's commands",
        "Not a document by itself: each property is a command, and its schema is what that command prints on standard output.",
    );
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("$defs".to_owned(), generator.take_definitions(true).into());
    Value::Object(schema)
}

/// The schemas of what the window's pages are handed and hand over, by name under `$defs`.
pub fn app() -> Value {
    let mut generator = generator();
    generator.subschema_for::<ListResult>();
    generator.subschema_for::<EnvironmentReference>();
    generator.subschema_for::<FolderReport>();
    generator.subschema_for::<Checkout>();
    generator.subschema_for::<PlanResult>();
    generator.subschema_for::<StatusResult>();
    generator.subschema_for::<Losses>();
    generator.subschema_for::<OperationRequest>();
    generator.subschema_for::<OperationResult>();
    generator.subschema_for::<RunningOperation>();
    generator.subschema_for::<EventBatch>();
    generator.subschema_for::<StartRecord>();
    generator.subschema_for::<LogRequest>();
    generator.subschema_for::<LogState>();
    generator.subschema_for::<LogPage>();
    generator.subschema_for::<LogMatches>();
    generator.subschema_for::<LogExported>();
    generator.subschema_for::<TerminalRequest>();
    generator.subschema_for::<TerminalSummary>();
    generator.subschema_for::<TerminalBatch>();
    generator.subschema_for::<ConfigurationReport>();
    generator.subschema_for::<ResourceSample>();
    generator.subschema_for::<SpaceReport>();
    generator.subschema_for::<CleanUpPlan>();
    generator.subschema_for::<CleanUpResult>();
    generator.subschema_for::<TemplateList>();
    generator.subschema_for::<FeatureList>();
    generator.subschema_for::<TemplateRequest>();
    generator.subschema_for::<TemplatePreview>();
    generator.subschema_for::<TemplatesApplyResult>();
    generator.subschema_for::<ErrorResult>();
    generator.subschema_for::<SettingsResult>();
    generator.subschema_for::<EngineList>();
    generator.subschema_for::<EditorList>();
    generator.subschema_for::<IntegrationReport>();
    generator.subschema_for::<Opened>();
    generator.subschema_for::<PortsResult>();
    generator.subschema_for::<PortRequest>();
    generator.subschema_for::<KeeperEvent>();
    let mut schema = head(
        "What the pages of the app's window and the program behind them tell each other",
        "Not a document by itself: each definition is an argument or an answer of one of the program's commands.",
    );
    schema.insert("$defs".to_owned(), generator.take_definitions(true).into());
    Value::Object(schema)
}

/// The schema of a person's `settings.json`, for editors: draft 7, which is what they know best.
pub fn settings() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let Value::Object(mut generated) = generator.into_root_schema_for::<Settings>().to_value() else {
        return Value::Null;
    };
    generated.insert("title".to_owned(), "The settings of Wharf".into());
    Value::Object(generated)
}

/// What every schema begins with.
fn head(title: &str, description: &str) -> Map<String, Value> {
    [("$schema", DIALECT), ("title", title), ("description", description)]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect()
}

/// The text of a schema file: indented, with a line break at its end.
pub fn to_text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

/// Wharf's own commands print either their result or an object with one key, `error`.
fn own<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let result = generator.subschema_for::<T>();
    let error = generator.subschema_for::<ErrorResult>();
    schemars::json_schema!({
        "anyOf": [
            result,
            {
                "type": "object",
                "description": "Why there is no result. Exit code 1.",
                "properties": { "error": error },
                "required": ["error"],
                "additionalProperties": false,
            },
        ],
    })
}
