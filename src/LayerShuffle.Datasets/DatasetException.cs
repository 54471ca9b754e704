namespace LayerShuffle.Datasets;

/// <summary>A dataset that cannot be loaded. The message says what is wrong, in which file, what was expected and what to do.</summary>
public sealed class DatasetException : Exception
{
    /// <summary>An exception without a message of its own.</summary>
    public DatasetException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public DatasetException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and the exception that led to it.</summary>
    public DatasetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
