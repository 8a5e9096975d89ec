using Sotto.Contracts;

namespace Sotto.Server.Tests;

public sealed class ErrorTableTests
{
    [Fact, Rule("H38")]
    public void Every_code_stands_once_in_the_table()
    {
        Assert.Equal(Errors.All.Count, Errors.All.Select(e => e.Code).Distinct().Count());
        var declared = typeof(Errors).GetFields().Where(f => f.FieldType == typeof(ErrorCode)).Select(f => (ErrorCode)f.GetValue(null)!);
        Assert.Equal(declared.Select(e => e.Code).Order(), Errors.All.Select(e => e.Code).Order());
    }
}
