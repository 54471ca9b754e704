using System.Globalization;
using LayerShuffle.Core.Records;

namespace LayerShuffle.Results.Csv;

/// <summary>
/// The rows of <c>training.csv</c>. They say what the models' own records say, which come again when a run is resumed: what stands there of a model, and is not
/// that, is replaced.
/// </summary>
/// <param name="path">The file.</param>
internal sealed class TrainingRows(string path)
{
    private readonly OrderedDictionary<(string Model, string Seed), List<string>> _models = [];

    /// <summary>How many there are.</summary>
    public int Count => _models.Values.Sum(rows => rows.Count);

    /// <summary>Takes over what the file holds.</summary>
    public void Read()
    {
        foreach (var record in CsvRecords.Whole(path).Skip(1))
        {
            var cells = record.Split(',', 3); // names of models hold no comma
            Of(cells[0], cells.Length == 3 ? cells[1] : "").Add(record);
        }
    }

    /// <summary>Writes the epochs of models.</summary>
    public void Write(CsvFile file, IEnumerable<TrainingRecord> records)
    {
        foreach (var model in records.GroupBy(record => (record.Model, Seed: record.TrainingSeed.ToString(CultureInfo.InvariantCulture))))
        {
            List<CsvBuffer> rows = [.. model.DistinctBy(record => record.Epoch).Select(Row)];
            string[] texts = [.. rows.Select(row => CsvFormat.Encoding.GetString(row.Bytes()))];
            var there = Of(model.Key.Model, model.Key.Seed);
            var more = texts.AsSpan().StartsWith(there.ToArray());
            var last = _models.GetAt(_models.Count - 1).Key == model.Key;
            for (var i = more && last ? there.Count : texts.Length; i < texts.Length; i++)
                file.Append(rows[i]);
            var rewrite = !more || (!last && texts.Length > there.Count);
            there.Clear();
            there.AddRange(texts);
            if (rewrite)
                file.Rewrite(_models.Values.SelectMany(all => all));
            rows.ForEach(row => row.Dispose());
        }
    }

    /// <summary>Puts the models into their order, where they are in another, and drops those that are not among them.</summary>
    public void Arrange(CsvFile file, IReadOnlyList<string> models)
    {
        var order = models.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        var arranged = _models.Where(model => order.ContainsKey(model.Key.Model))
            .OrderBy(model => order[model.Key.Model])
                .ThenBy(model => int.TryParse(model.Key.Seed, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : int.MaxValue).ToList();
        if (!arranged.SelectMany(model => model.Value).SequenceEqual(_models.Values.SelectMany(all => all)))
            file.Rewrite(arranged.SelectMany(model => model.Value));
    }

    private static CsvBuffer Row(TrainingRecord record)
    {
        var row = new CsvBuffer().Add(record.Model).Add(record.TrainingSeed).Add("").Add("").Add("").Add(record.Epoch).Add(record.Step).Add(record.Loss)
            .Add(record.ClassLoss)
            .Add(record.PositionLoss).Add(record.LearningRate).Add(record.Top1Sequential).Add(record.Top1Arbitrary)
            .Add(record.Top1Validation).Add(record.StepsHit).Add(record.LayersSkipped).Add(record.StepsRepeated);
        row.EndRow();
        return row;
    }

    private List<string> Of(string model, string seed)
    {
        if (!_models.TryGetValue((model, seed), out var rows))
            _models.Add((model, seed), rows = []);
        return rows;
    }
}
