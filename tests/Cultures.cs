using System.Globalization;

namespace LayerShuffle.Tests;

/// <summary>Other people's machines: commas in numbers, an i whose capital is not I.</summary>
internal static class Cultures
{
    /// <summary>Germany's and Turkey's.</summary>
    public static TheoryData<string> Names => ["de-DE", "tr-TR"];

    /// <summary>What a function returns on a machine with a culture. Skips the test where there is no culture data.</summary>
    public static T Under<T>(string culture, Func<T> function)
    {
        // The build must not make the tests cultureless: then they would be skipped everywhere.
        (AppContext.TryGetSwitch("System.Globalization.Invariant", out bool invariant) && invariant)
            .ShouldBeFalse("the test project is built with InvariantGlobalization");
        CultureInfo other = CultureInfo.InvariantCulture;
        try
        {
            other = CultureInfo.GetCultureInfo(culture);
        }
        catch (CultureNotFoundException)
        {
            Assert.Skip($"This machine has no culture data (ICU) of {culture}, or DOTNET_SYSTEM_GLOBALIZATION_INVARIANT is set.");
        }

        other.NumberFormat.NumberDecimalSeparator.ShouldBe(",");
        if (culture == "tr-TR")
            "i".ToUpper(other).ShouldBe("İ");
        (CultureInfo current, CultureInfo userInterface) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (other, other);
            return function();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (current, userInterface);
        }
    }
}
