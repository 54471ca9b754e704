using LayerShuffle.Cluster;
using LayerShuffle.Cluster.Security;
using LayerShuffle.Cluster.Training;
using LayerShuffle.Datasets;
using LayerShuffle.Network.Clusters;

namespace LayerShuffle.Cli;

/// <summary>Turns exceptions into sentences.</summary>
internal static class ErrorText
{
    public static string Of(Exception exception, bool verbose)
    {
        if (verbose)
            return exception.ToString();
        Exception cause = exception is AggregateException { InnerException: { } inner } ? inner : exception;
        return cause switch
        {
            _ when TorchLibrary.Explain(cause) is { } missing => $"Error: {missing}",
            UsageException or DatasetException or ModelFormatException or TrainingDivergedException => $"Error: {cause.Message}",
            ClusterException or UnreachableException or ClusterIdentityException or InsecureAddressException or PlacementException => $"Error: {cause.Message}",
            UnauthorizedAccessException or IOException => $"Error: {cause.Message} Check the path and its permissions.",
            OutOfMemoryException => "Error: out of memory. Lower workload.images_per_request, training.batch_size or the model's size.",
            _ => $"Error: {cause.Message} (an unexpected {cause.GetType().Name}; run again with --verbose for details)",
        };
    }
}
