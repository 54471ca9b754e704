using System.ComponentModel;
using System.Diagnostics;

namespace LayerShuffle.Supervision;

/// <summary>Finds out what this machine has.</summary>
public static class CapabilityProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>This machine's capabilities, with the device cpu and nothing else asked for.</summary>
    public static async Task<NodeCapabilities> ProbeAsync(TimeProvider time) => new(
        Environment.MachineName, NodePlatform.Os, NodePlatform.Architecture, Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, await GpusAsync(time).ConfigureAwait(false), "cpu", Processor: ProcessorKind.Name);

    /// <summary>The names of NVIDIA GPUs, as <c>nvidia-smi</c> tells them; none if it is not there or does not answer within five seconds.</summary>
    private static async Task<string[]> GpusAsync(TimeProvider time)
    {
        var info = new ProcessStartInfo("nvidia-smi") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        info.ArgumentList.Add("--query-gpu=name");
        info.ArgumentList.Add("--format=csv,noheader");
        try
        {
            Process process = await ChildStarter.StartAsync(info).ConfigureAwait(false);
            using var pipes = new Released(process);
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            try
            {
                await Task.WhenAll(output, errors, process.WaitForExitAsync()).WaitAsync(Patience, time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                process.Kill();
                return [];
            }

            return process.ExitCode == 0 ? (await output.ConfigureAwait(false))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        }
        catch (Win32Exception)
        {
            return []; // there is no nvidia-smi
        }
    }

    private sealed class Released(Process process) : IDisposable
    {
        public void Dispose() => ChildStarter.Release(process);
    }
}
