namespace LayerShuffle.Core.Models;

/// <summary>A model, a file of tensors or an input does not fit; the message is a sentence for the person who gave it.</summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>Without a message.</summary>
    public ModelFormatException()
    {
    }

    /// <summary>With a message.</summary>
    public ModelFormatException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and the cause.</summary>
    public ModelFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
