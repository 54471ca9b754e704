namespace LayerShuffle.Cluster.Processes;

/// <summary>What a supervisor's machine has, and what its user asked for.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Os">linux, windows, macos or another name.</param>
/// <param name="Architecture">x64, arm64 …</param>
/// <param name="Cores">Logical processors.</param>
/// <param name="MemoryBytes">Memory that a process may use, in bytes (a container's limit counts).</param>
/// <param name="Gpus">Names of NVIDIA GPUs; empty if there are none, or no <c>nvidia-smi</c> to ask.</param>
/// <param name="Device">The device asked for with --device: cpu, cuda, cuda:1.</param>
/// <param name="Threads">Computing threads asked for; null: the coordinator's choice.</param>
/// <param name="ListenHost">The address its worker shall listen on; null: the coordinator's choice.</param>
/// <param name="ListenPort">The port its worker's actor system shall listen on; null: any that is free.</param>
/// <param name="PublicHost">The host name under which others reach its worker; null: where it listens, or the address it joined from.</param>
/// <param name="DataPort">The port its worker's data plane shall listen on; null: any that is free.</param>
/// <param name="Processor">The kind of its processor (<see cref="ProcessorKind"/>); null from a version that does not tell.</param>
public sealed record NodeCapabilities(
    string Machine, string Os, string Architecture, int Cores, long MemoryBytes, string[] Gpus, string Device,
    int? Threads = null, string? ListenHost = null, int? ListenPort = null, string? PublicHost = null, int? DataPort = null, string? Processor = null);
