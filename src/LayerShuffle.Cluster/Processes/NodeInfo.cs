using System.Net;

namespace LayerShuffle.Cluster.Processes;

/// <summary>A node that has joined, at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">Where others reach its worker, unless the worker says otherwise: its public host, the address it listens on, or the address it joined from.</param>
/// <param name="From">The address of its supervisor's connection.</param>
/// <param name="Capabilities">What it has.</param>
/// <param name="Connected">False while its supervisor's connection is broken and may come back within the grace period.</param>
/// <param name="Incarnation">The incarnation of its latest worker; 0 before the first.</param>
/// <param name="Worker">Where that worker listens; null if there is none, or if it is not ready.</param>
/// <param name="Session">Which joining it is, counted from 1: another supervisor of the same name has another.</param>
public sealed record NodeInfo(string Name, string Host, IPEndPoint From, NodeCapabilities Capabilities, bool Connected, int Incarnation, WorkerAddress? Worker, long Session = 0);
