from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('workgroups', '0018_pauses_are_holds'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='historicalhub',
            name='messages_paused',
        ),
        migrations.RemoveField(
            model_name='hub',
            name='messages_paused',
        ),
    ]
