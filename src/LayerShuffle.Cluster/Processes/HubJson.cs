using System.Text.Json.Serialization;

namespace LayerShuffle.Cluster.Processes;

/// <summary>The JSON of every record that crosses a process boundary here: generated code, fixed types.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never, MaxDepth = 8, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(HubMessage.Hello))]
[JsonSerializable(typeof(HubMessage.Welcome))]
[JsonSerializable(typeof(HubMessage.Refused))]
[JsonSerializable(typeof(HubMessage.Heartbeat))]
[JsonSerializable(typeof(HubMessage.StartWorker))]
[JsonSerializable(typeof(HubMessage.SignalWorker))]
[JsonSerializable(typeof(HubMessage.Shutdown))]
[JsonSerializable(typeof(HubMessage.Confirmed))]
[JsonSerializable(typeof(HubMessage.WorkerReady), TypeInfoPropertyName = "ReadyMessage")]
[JsonSerializable(typeof(HubMessage.WorkerExited))]
[JsonSerializable(typeof(HubMessage.LogLine))]
[JsonSerializable(typeof(HubMessage.Leaving))]
[JsonSerializable(typeof(HubMessage.Goodbye))]
[JsonSerializable(typeof(WorkerStart))]
[JsonSerializable(typeof(WorkerAddress))]
[JsonSerializable(typeof(LocalStart))]
internal sealed partial class HubJson : JsonSerializerContext;
