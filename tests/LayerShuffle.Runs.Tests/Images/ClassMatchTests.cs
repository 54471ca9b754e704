using LayerShuffle.Runs.Images;

namespace LayerShuffle.Runs.Tests.Images;

/// <summary>Which of a model's classes those of a dataset are.</summary>
public sealed class ClassMatchTests
{
    [Theory]
    [InlineData("0 1 10 11 2 3", "0 1 2 3 4 5 6 7 8 9 10 11", "0 1 10 11 2 3")] // in the order of folders
    [InlineData("ant cat dog zebra", "dog cat zebra ant", "3 1 0 2")]
    [InlineData("ant cat dog zebra", "Dog CAT Zebra anT", "3 1 0 2")]
    [InlineData("traffic_light snow-plough", "Snow|Plough traffic|light", "1 0")]
    [InlineData("007 10", "7 8 9 10", "0 3")]
    [InlineData("n01440764 n01443537", "n01443537 n01440764", "1 0")]
    [InlineData("n01440764 n01443537", "n01443537|goldfish,|Carassius n01440764|tench,|Tinca", "1 0")]
    [InlineData("tinca_tinca goldfish", "tench,|Tinca|tinca goldfish,|Carassius|auratus", "0 1")]
    [InlineData("n01443537_goldfish", "tench,|Tinca goldfish,|Carassius|auratus", "1")]
    [InlineData("maillot tank_suit", "maillot maillot,|tank|suit", "0 1")]
    [InlineData("0 1 10 2 3 4 5 6 7 8 9", "LABEL_0 LABEL_1 LABEL_2 LABEL_3 LABEL_4 LABEL_5 LABEL_6 LABEL_7 LABEL_8 LABEL_9 LABEL_10", "0 1 10 2 3 4 5 6 7 8 9")]
    [InlineData("airplane automobile", "car plane", "1 0")]
    [InlineData("0 1 2", "zero one two", "0 1 2")]
    [InlineData("café", "tee|x café", "1")] // composed and decomposed
    public void Names_are_matched(string classes, string labels, string expected)
    {
        ClassMatch match = Match(classes, labels);
        string.Join(' ', match.ToModel).ShouldBe(expected);
        match.How.ShouldNotBeNull().ShouldStartWith("matched by name");
    }

    [Fact]
    public void Equal_names_need_no_word()
    {
        ClassMatch match = Match("ant cat", "ant cat");
        match.ToModel.ShouldBe([0, 1]);
        match.How.ShouldBeNull();
    }

    [Theory]
    [InlineData("ant cat", "LABEL_0 LABEL_1")]
    [InlineData("n01440764 n01443537", "tench goldfish")]
    public void Without_names_of_its_own_or_in_the_order_of_synsets_it_goes_by_position_and_says_so(string classes, string labels)
    {
        ClassMatch match = Match(classes, labels);
        match.ToModel.ShouldBe([0, 1]);
        match.How.ShouldNotBeNull().ShouldStartWith("matched by position");
        match.How.ShouldContain($"{classes.Split(' ')[1]} is {labels.Split(' ')[1]}");
    }

    [Theory]
    [InlineData("ant cat", "cat dog", "the model knows no `ant`")]
    [InlineData("ant cat", "LABEL_0 LABEL_1 LABEL_2", "the model tells 3 classes apart, the dataset has 2")]
    [InlineData("ant cat bee", "ant cat", "`bee`")]
    [InlineData("crane ant", "crane,|bird crane,|machine ant", "several of its classes are called `crane`")]
    [InlineData("ant ANT", "ant cat", "`ant`, `ANT` are the same class of the model, ant")]
    [InlineData("n01440764 n01443537", "tench goldfish shark", "the model knows no `n01440764`")]
    [InlineData("LABEL_1 ant", "LABEL_1 LABEL_0", "`ant`")] // generic, but not in order
    public void What_fits_neither_way_is_refused(string classes, string labels, string message) =>
        Should.Throw<ModelFormatException>(() => Match(classes, labels)).Message.ShouldContain(message);

    [Fact]
    public void No_names_at_all_count_as_generic_ones() =>
        ClassMatch.Of(null, 2, ["ant", "cat"]).How.ShouldNotBeNull().ShouldContain("LABEL_0 … LABEL_1");

    // A bar stands for a blank within a name.
    private static ClassMatch Match(string classes, string labels)
    {
        string[] names = [.. labels.Split(' ').Select(name => name.Replace('|', ' '))];
        return ClassMatch.Of(names, names.Length, [.. classes.Split(' ').Select(name => name.Replace('|', ' '))]);
    }
}
