using System.Net.Sockets;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Runs.Tests.Failures;

/// <summary>Exceptions as sentences: what is foreseen is no bug, and advice is given only where it helps.</summary>
public sealed class ErrorTextTests
{
    private const string Permissions = "Check the path and its permissions.";

    [Theory]
    [InlineData(28, "The disk is full")]
    [InlineData(24, "ulimit -n")]
    [InlineData(122, "quota")]
    [InlineData(30, "Name a place that can be written")]
    [InlineData(5, "went wrong.")]
    public void What_the_system_says_decides_the_advice(int error, string advice)
    {
        string text = ErrorText.Of(new IOException("It went wrong", error), false);
        text.ShouldContain(advice);
        text.ShouldNotContain(Permissions);
        text.ShouldNotContain("unexpected");
    }

    [Fact]
    public void Permissions_are_named_where_they_matter()
    {
        ErrorText.Of(new UnauthorizedAccessException("Access to 'x' is denied."), false).ShouldEndWith(Permissions);
        ErrorText.Of(new DirectoryNotFoundException("There is no x"), false).ShouldBe($"Error: There is no x. {Permissions}");
        ErrorText.Of(new IOException("The operation has timed out."), false).ShouldBe("Error: The operation has timed out.");
        ErrorText.Of(new TimeoutException("The operation has timed out."), false).ShouldBe("Error: The operation has timed out.");
    }

    [Fact]
    public void A_socket_in_whatever_wrapping_is_no_bug()
    {
        var inUse = new SocketException((int)SocketError.AddressAlreadyInUse);
        foreach (Exception e in new Exception[] { inUse, new AggregateException(inUse), new IOException("Unable to write data", inUse) })
        {
            ErrorText.Of(e, false).ShouldEndWith("choose another port.");
            ErrorText.Of(e, false).ShouldNotContain("unexpected");
        }
    }

    [Fact]
    public void What_nobody_foresaw_says_what_was_being_done_and_that_it_is_a_bug()
    {
        var caught = Should.Throw<KeyNotFoundException>(() => Doing.While(() => "running trial 3",
            () => Doing.While(() => "training shuffled, epoch 2", () => throw new KeyNotFoundException("There is no 7"))));
        string text = ErrorText.Of(caught, false);
        text.ShouldBe("Error: There is no 7. This is an unexpected KeyNotFoundException while training shuffled, epoch 2, while running trial 3: a bug. "
            + "Please report it; --verbose shows what to send along.");
        ErrorText.Of(caught, true).ShouldContain("   at ");
        ErrorText.MayPass(caught).ShouldBeFalse();
    }

    [Theory]
    [InlineData(typeof(UsageException))]
    [InlineData(typeof(RunFailedException))]
    [InlineData(typeof(Datasets.DatasetException))]
    [InlineData(typeof(Core.Models.ModelFormatException))]
    [InlineData(typeof(LayerShuffle.Security.InsecureAddressException))]
    [InlineData(typeof(LayerShuffle.Supervision.NodeRefusedException))]
    public void Our_own_are_foreseen(Type type) => ErrorText.Of((Exception)Activator.CreateInstance(type, "It cannot be.")!, false)
        .ShouldBe("Error: It cannot be.");

    [Fact]
    public void Where_libtorch_is_missing_it_says_what_to_do()
    {
        var missing = new TypeInitializationException("TorchSharp.torch",
            new NotSupportedException("This application or script uses TorchSharp but doesn't contain a reference to libtorch-cpu"));
        ErrorText.Of(missing, false).ShouldContain("LD_LIBRARY_PATH");
        ErrorText.Of(missing, false).ShouldNotContain("unexpected");
        ErrorText.Of(new DllNotFoundException("Unable to load shared library 'LibTorchSharp'"), false).ShouldContain("LD_LIBRARY_PATH");
        ErrorText.Of(new NotSupportedException("Not this"), false).ShouldContain("unexpected NotSupportedException");
    }
}
