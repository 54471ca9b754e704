using System.Text.RegularExpressions;
using LayerShuffle.Scenarios.Language;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>The tables of all keys are those of the language, and name each key once.</summary>
public partial class KeyTableTests
{
    private const string Begin = "<!-- keys: `layershuffle schema --table` -->\n";

    [Fact]
    public void The_page_holds_the_tables_of_this_version()
    {
        string page = File.ReadAllText(Path.Combine(Some.Root, "scenarios", "README.md")).ReplaceLineEndings("\n");
        page.ShouldContain(Begin);
        page[(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..].Trim()
            .ShouldBe(KeyTable.Write().Trim(), "the page lies: put the output of `layershuffle schema --table` under its mark");
    }

    [Fact]
    public void Every_key_of_the_language_stands_there_once()
    {
        string[] keys = [.. Key().Matches(KeyTable.Write()).Select(match => match.Groups[1].Value)];
        keys.ShouldBeUnique();
        HashSet<string> words = [.. keys.SelectMany(key => key.Replace("[]", "", StringComparison.Ordinal).Split('.'))];
        foreach (string key in Keys(LanguageSchema.Root).Distinct())
            words.ShouldContain(key);
    }

    [Theory]
    [InlineData("image-folder")]
    [InlineData("mnist")]
    [InlineData("layerdrop")]
    [InlineData("layershuffle-position")]
    [InlineData("layershuffle-predict")]
    [InlineData("sweep")]
    [InlineData("prune")]
    [InlineData("seeds")]
    [InlineData("checkpoint")]
    [InlineData("completion")]
    public void Words_that_people_look_for_are_there(string word) => KeyTable.Write().ShouldContain(word);

    private static IEnumerable<string> Keys(SchemaType type) => type switch
    {
        MapType map => map.Keys.Where(key => key.Supported).SelectMany(key => Keys(key.Type).Prepend(key.Name)),
        DictionaryType dictionary => Keys(dictionary.Value),
        ListType list => Keys(list.Item),
        VariantType variant => variant.Variants.SelectMany(item => Keys(item.Map)).Concat(variant.Otherwise is null ? [] : Keys(variant.Otherwise))
            .Prepend(variant.Discriminator),
        ChoiceType choice => choice.Options.SelectMany(Keys),
        _ => [],
    };

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Key();
}
