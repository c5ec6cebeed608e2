"""The portal's tables, as a project of its own would read them."""

from django.db import models


class Programme(models.Model):
    short_name = models.CharField(max_length=60)

    class Meta:
        managed = False
        db_table = "workgroups_programme"

    def __str__(self) -> str:
        return self.short_name


class Offering(models.Model):
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "workgroups_offering"

    def __str__(self) -> str:
        return str(self.programme)


class School(models.Model):
    name = models.CharField(max_length=150)

    class Meta:
        managed = False
        db_table = "workgroups_school"

    def __str__(self) -> str:
        return self.name


class Expression(models.Model):
    """Of the hub that the address asks for alone: the portal's list shows one hub's, too."""

    hub_id = models.BigIntegerField()
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True)
    reference = models.CharField(max_length=9)
    headteacher_name = models.CharField(max_length=120)
    state = models.CharField(max_length=14)
    submitted_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "enrolment_expressionofinterest"
        ordering = ["-submitted_at"]

    def __str__(self) -> str:
        return self.reference
