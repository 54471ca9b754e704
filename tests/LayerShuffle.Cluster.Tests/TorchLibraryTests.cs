using LayerShuffle.Vision;

namespace LayerShuffle.Cluster.Tests;

/// <summary>What it means that libtorch is missing, and what does not.</summary>
public sealed class TorchLibraryTests
{
    [Fact]
    public void A_missing_library_is_a_sentence_and_anything_else_is_not()
    {
        var native = new DllNotFoundException("Unable to load shared library 'LibTorchSharp' or one of its dependencies.\nA page of paths.");
        string sentence = TorchLibrary.Explain(new TypeInitializationException("TorchSharp.torch", native)).ShouldNotBeNull();
        sentence.ShouldStartWith("libtorch cannot be loaded on this machine (Unable to load shared library 'LibTorchSharp' or one of its dependencies). ");
        sentence.ShouldNotContain("paths");
        TorchLibrary.Explain(new FileNotFoundException("Could not load file or assembly.", "TorchSharp, Version=0.107.0.0")).ShouldNotBeNull();
        TorchLibrary.Explain(new FileNotFoundException("Not found.", "/models/pytorch_model.bin")).ShouldBeNull();
        TorchLibrary.Explain(new FileNotFoundException("Not found.", "TorchSharp/notes.yaml")).ShouldBeNull();
        TorchLibrary.Explain(new InvalidOperationException("a torch went out")).ShouldBeNull();
        TorchLibrary.Need();
        TorchLibrary.Version.ShouldNotBeNull();
    }
}
