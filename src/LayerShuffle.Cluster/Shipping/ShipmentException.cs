namespace LayerShuffle.Cluster.Shipping;

/// <summary>Blobs did not reach an endpoint. The message is a sentence that says why.</summary>
public sealed class ShipmentException : Exception
{
    /// <summary>An error with its sentence.</summary>
    public ShipmentException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
